/* Things made, used twice, freed twice where that is allowed, and freed in an unusual order. */

#include "check.h"

/* A buffer is freed once, however often it is asked for. */
static void buffers(void) {
    loyalty_engine *engine = tea_house();
    loyalty_buffer buffer = {0};
    OK(loyalty_engine_program_json(engine, &buffer, NULL));
    CHECK(buffer.data != NULL && buffer.length > 0 && buffer.capacity > buffer.length);
    for (int i = 0; i < 3; i++) {
        OK(loyalty_buffer_free(&buffer));
        CHECK(buffer.data == NULL && buffer.length == 0 && buffer.capacity == 0);
    }
    /* An emptied buffer can be used again. */
    OK(loyalty_engine_program_json(engine, &buffer, NULL));
    CHECK(buffer.length > 0);
    /* It does not need the engine. */
    OK(loyalty_engine_free(engine));
    CHECK(buffer.data[0] == '{');
    CHECK(strlen((const char *)buffer.data) == buffer.length);
    OK(loyalty_buffer_free(&buffer));
    /* A buffer whose fields make no sense is emptied and said to be wrong: its bytes cannot be given back. */
    loyalty_buffer strange = {(const uint8_t *)"x", 5, 2};
    CHECK(loyalty_buffer_free(&strange) == LOYALTY_STATUS_INVALID_ARGUMENT);
    CHECK(strange.data == NULL);
}

/* What goes in is not kept: it may be gone or changed right after the call. */
static void inputs_are_not_kept(void) {
    char program[sizeof TEA_HOUSE];
    char event[sizeof PURCHASE];
    char id[] = "m-1";
    loyalty_engine *engine = NULL;
    loyalty_member *member = NULL;
    loyalty_buffer buffer;
    int64_t balance = 0;
    memcpy(program, TEA_HOUSE, sizeof program);
    memcpy(event, PURCHASE, sizeof event);
    OK(loyalty_engine_new(BYTES(program), &engine, NULL));
    memset(program, 'x', sizeof program);
    OK(loyalty_member_new(BYTES(id), &member, NULL));
    memset(id, 'x', sizeof id);
    OK(loyalty_apply(engine, member, BYTES(event), 0, &buffer, NULL));
    memset(event, 'x', sizeof event);
    OK(loyalty_buffer_free(&buffer));
    OK(loyalty_member_balance(member, BYTES("points"), &balance, NULL));
    CHECK(balance == 5200);
    OK(loyalty_member_id(member, &buffer, NULL));
    SAME(&buffer, "m-1");
    OK(loyalty_member_free(member));
    OK(loyalty_engine_free(engine));
}

/* The bytes that go in may be those of a buffer that came out. */
static void buffer_as_input(void) {
    loyalty_engine *engine = tea_house();
    loyalty_member *member = new_member("m-1");
    loyalty_member *again = NULL;
    loyalty_buffer buffer;
    OK(loyalty_member_to_json(member, &buffer, NULL));
    OK(loyalty_member_from_json(buffer.data, buffer.length, &again, NULL));
    /* A member document is no event. */
    loyalty_buffer outcome;
    CHECK(loyalty_apply(engine, again, buffer.data, buffer.length, 0, &outcome, NULL) == LOYALTY_STATUS_UNKNOWN_FIELD);
    OK(loyalty_buffer_free(&buffer));
    OK(loyalty_member_free(again));
    OK(loyalty_member_free(member));
    OK(loyalty_engine_free(engine));
}

/* Bytes that do not begin at an even address are read like others. */
static void unaligned_input(void) {
    char bytes[sizeof TEA_HOUSE + 8];
    for (size_t shift = 0; shift < 8; shift++) {
        loyalty_engine *engine = NULL;
        memcpy(bytes + shift, TEA_HOUSE, sizeof TEA_HOUSE);
        OK(loyalty_engine_new((const uint8_t *)bytes + shift, strlen(TEA_HOUSE), &engine, NULL));
        OK(loyalty_engine_free(engine));
    }
}

/* Two engines for one member: another program takes it over. */
static void two_engines(void) {
    loyalty_engine *first = tea_house();
    loyalty_engine *second = NULL;
    loyalty_member *member = new_member("m-1");
    loyalty_buffer buffer;
    int64_t balance = 0;
    OK(loyalty_engine_new(BYTES("{\"schema\": 1, \"id\": \"double\", \"currency\": \"CNY\", \"timezone\": \"Asia/Shanghai\","
                                " \"accounts\": [{\"id\": \"points\"}],"
                                " \"earn\": [{\"id\": \"base\", \"give\": {\"rate\": {\"points\": 2, \"per\": \"1.00\"}}}]}"),
                          &second, NULL));
    OK(loyalty_apply(first, member, BYTES(PURCHASE), 0, &buffer, NULL));
    OK(loyalty_buffer_free(&buffer));
    OK(loyalty_engine_free(first));
    OK(loyalty_apply(second, member,
                     BYTES("{\"id\": \"e-2\", \"at\": \"2026-03-02T10:00:00+08:00\", \"purchase\": {\"order\": \"o-2\","
                           " \"lines\": [{\"sku\": \"oolong\", \"price\": \"10.00\"}]}}"),
                     0, &buffer, NULL));
    OK(loyalty_buffer_free(&buffer));
    OK(loyalty_engine_free(second));
    OK(loyalty_member_balance(member, BYTES("points"), &balance, NULL));
    CHECK(balance == 5200 + 20);
    OK(loyalty_member_free(member));
}

int main(void) {
    buffers();
    inputs_are_not_kept();
    buffer_as_input();
    unaligned_input();
    two_engines();
    return 0;
}
