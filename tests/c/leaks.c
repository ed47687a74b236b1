/* Ten thousand events, with everything made and freed on the way: under valgrind, nothing may be left. */

#include "check.h"

enum { EVENTS = 10000, MEMBERS = 50 };

int main(void) {
    loyalty_engine *engine = tea_house();
    int64_t total = 0;
    int refused = 0;
    for (int number = 0; number < MEMBERS; number++) {
        char id[32];
        snprintf(id, sizeof id, "m-%d", number);
        loyalty_member *member = new_member(id);
        for (int i = 0; i < EVENTS / MEMBERS; i++) {
            char event[320];
            loyalty_buffer buffer;
            loyalty_error *error = NULL;
            const int day = 1 + i / 10;
            const int hour = 8 + i % 10;
            switch (i % 4) {
            case 0:
            case 1:
                snprintf(event, sizeof event,
                         "{\"id\": \"e-%d\", \"at\": \"2026-03-%02dT%02d:00:00+08:00\", \"purchase\": {\"order\": \"o-%d\","
                         " \"lines\": [{\"sku\": \"茶\", \"quantity\": 2, \"price\": \"12.50\"}, {\"sku\": \"杯\", \"price\": \"75.00\"}]}}",
                         i, day, hour, i);
                break;
            case 2:
                /* Half of what came before goes back. */
                snprintf(event, sizeof event,
                         "{\"id\": \"e-%d\", \"at\": \"2026-03-%02dT%02d:00:00+08:00\","
                         " \"return\": {\"order\": \"o-%d\", \"lines\": [{\"line\": \"1\", \"quantity\": 1}]}}",
                         i, day, hour, i - 1);
                break;
            default:
                /* There is no such order: an error, with all its texts. */
                snprintf(event, sizeof event,
                         "{\"id\": \"e-%d\", \"at\": \"2026-03-%02dT%02d:00:00+08:00\", \"return\": {\"order\": \"none\"}}", i, day, hour);
                break;
            }
            const loyalty_status status =
                loyalty_apply(engine, member, BYTES(event), i % 8 == 0 ? LOYALTY_FLAG_TRACE : 0, &buffer, &error);
            CHECK(status == (i % 4 == 3 ? (loyalty_status)LOYALTY_STATUS_UNKNOWN_ORDER : (loyalty_status)LOYALTY_STATUS_OK));
            CHECK((error != NULL) == (i % 4 == 3));
            refused += error != NULL;
            OK(loyalty_error_free(error));
            OK(loyalty_buffer_free(&buffer));
            if (i % 100 == 0) {
                loyalty_member *again = NULL;
                OK(loyalty_member_to_json(member, &buffer, NULL));
                OK(loyalty_member_from_json(buffer.data, buffer.length, &again, NULL));
                OK(loyalty_buffer_free(&buffer));
                OK(loyalty_member_free(member));
                member = again;
            }
        }
        int64_t balance = 0;
        OK(loyalty_member_balance(member, BYTES("points"), &balance, NULL));
        total += balance;
        OK(loyalty_member_free(member));
    }
    /* Of four events two earn 25 and 75 points each; one takes back half of 25 points, 12.5, rounded half up; one is refused. */
    CHECK(refused == EVENTS / 4);
    CHECK(total == (int64_t)EVENTS / 4 * (100 + 100 - 13));
    OK(loyalty_engine_free(engine));
    return 0;
}
