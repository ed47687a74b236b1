/* What an error says, and how long. */

#include "check.h"

/* All that an error says. */
static void says(int line, const loyalty_error *error, loyalty_status status, const char *code, const char *kind,
                 const char *path, const char *message) {
    size_t length = 0;
    CHECK(loyalty_error_status(error) == status);
    same_text(line, loyalty_error_code(error, &length), code);
    CHECK(length == strlen(code));
    same_text(line, loyalty_error_kind(error, &length), kind);
    CHECK(length == strlen(kind));
    same_text(line, loyalty_error_path(error, &length), path);
    CHECK(length == strlen(path));
    same_text(line, loyalty_error_message(error, &length), message);
    CHECK(length == strlen(message));
    same_text(line, loyalty_status_name(status), code);
}

static void of_a_call(void) {
    loyalty_error *error = NULL;
    loyalty_member *member = NULL;
    size_t length = 0;
    CHECK(loyalty_member_new(NULL, 0, &member, &error) == LOYALTY_STATUS_NULL_POINTER);
    says(__LINE__, error, LOYALTY_STATUS_NULL_POINTER, "null_pointer", "fix_call", "id", "`id` must not be null");
    static const char json[] =
        "{\"code\":\"null_pointer\",\"kind\":\"fix_call\",\"path\":\"id\",\"message\":\"`id` must not be null\"}";
    same_text(__LINE__, loyalty_error_json(error, &length), json);
    CHECK(length == strlen(json));
    /* What is lent stays where it is. */
    CHECK(loyalty_error_message(error, NULL) == loyalty_error_message(error, NULL));
    OK(loyalty_error_free(error));
}

static void of_a_program(void) {
    loyalty_error *error = NULL;
    loyalty_engine *engine = NULL;
    CHECK(loyalty_engine_new(BYTES("{\"schema\": 1, \"id\": \"x\", \"currency\": \"XYZ\", \"timezone\": \"Asia/Shanghai\", \"color\": 1}"),
                             &engine, &error)
          == LOYALTY_STATUS_PROGRAM_INVALID);
    CHECK(engine == NULL);
    says(__LINE__, error, LOYALTY_STATUS_PROGRAM_INVALID, "program_invalid", "fix_program", "", "the program has 2 mistakes");
    /* Every mistake, each with its own path. */
    const char *json = loyalty_error_json(error, NULL);
    CHECK(strstr(json, "\"details\":[{\"code\":\"invalid_value\",\"kind\":\"fix_input\",\"path\":\"currency\"") != NULL);
    CHECK(strstr(json, "{\"code\":\"unknown_field\",\"kind\":\"fix_input\",\"path\":\"color\"") != NULL);
    OK(loyalty_error_free(error));
}

static void of_an_event(void) {
    loyalty_engine *engine = tea_house();
    loyalty_member *member = new_member("m-1");
    loyalty_error *error = NULL;
    loyalty_buffer buffer;
    loyalty_buffer before;
    loyalty_buffer after;
    OK(loyalty_apply(engine, member, BYTES(PURCHASE), 0, &buffer, &error));
    OK(loyalty_buffer_free(&buffer));
    OK(loyalty_member_to_json(member, &before, NULL));

    /* Each refusal names its path, and leaves the member as it was. */
    FAILS(LOYALTY_STATUS_INVALID_NUMBER, "purchase.lines[1].price",
          loyalty_apply(engine, member,
                        BYTES("{\"id\": \"e-2\", \"at\": \"2026-03-02T10:00:00+08:00\", \"purchase\": {\"order\": \"o-2\", \"lines\": ["
                              "{\"sku\": \"a\", \"price\": \"1.00\"}, {\"sku\": \"b\", \"price\": \"1,00\"}]}}"),
                        0, &buffer, &error));
    FAILS(LOYALTY_STATUS_DUPLICATE_ORDER, "purchase.order",
          loyalty_apply(engine, member,
                        BYTES("{\"id\": \"e-2\", \"at\": \"2026-03-02T10:00:00+08:00\", \"purchase\": {\"order\": \"o-1\", \"lines\": ["
                              "{\"sku\": \"a\", \"price\": \"1.00\"}]}}"),
                        0, &buffer, &error));
    FAILS(LOYALTY_STATUS_UNKNOWN_ORDER, "return.order",
          loyalty_apply(engine, member, BYTES("{\"id\": \"e-2\", \"at\": \"2026-03-02T10:00:00+08:00\", \"return\": {\"order\": \"o-9\"}}"),
                        0, &buffer, &error));
    FAILS(LOYALTY_STATUS_ID_CONFLICT, "id",
          loyalty_apply(engine, member,
                        BYTES("{\"id\": \"e-1\", \"at\": \"2026-03-02T10:00:00+08:00\", \"activity\": {\"kind\": \"check_in\"}}"), 0,
                        &buffer, &error));
    FAILS(LOYALTY_STATUS_WRONG_MEMBER, "member",
          loyalty_apply(engine, member,
                        BYTES("{\"id\": \"e-2\", \"member\": \"m-2\", \"at\": \"2026-03-02T10:00:00+08:00\","
                              " \"activity\": {\"kind\": \"check_in\"}}"),
                        0, &buffer, &error));

    /* An event of the day before: the error says how far the member has been brought. */
    CHECK(loyalty_apply(engine, member,
                        BYTES("{\"id\": \"e-0\", \"at\": \"2026-02-28T10:00:00+08:00\", \"activity\": {\"kind\": \"check_in\"}}"), 0,
                        &buffer, &error)
          == LOYALTY_STATUS_OUT_OF_ORDER);
    CHECK(strcmp(loyalty_error_kind(error, NULL), "rebase") == 0);
    CHECK(strstr(loyalty_error_json(error, NULL), "\"as_of\":\"2026-03-01T02:00:00Z\"") != NULL);
    OK(loyalty_error_free(error));
    FAILS(LOYALTY_STATUS_OUT_OF_ORDER, "to", loyalty_advance(engine, member, BYTES("2026-02-28T10:00:00Z"), &buffer, &error));
    FAILS(LOYALTY_STATUS_INVALID_TIME, "to", loyalty_advance(engine, member, BYTES("2026-03-02"), &buffer, &error));
    FAILS(LOYALTY_STATUS_INVALID_TIME, "by", loyalty_expiring(engine, member, BYTES("2026-13-01"), &buffer, &error));

    /* A call that succeeds after one that failed leaves no error behind. */
    error = (loyalty_error *)(void *)member;
    OK(loyalty_next_due(engine, member, &buffer, &error));
    CHECK(error == NULL);
    OK(loyalty_buffer_free(&buffer));

    OK(loyalty_member_to_json(member, &after, NULL));
    SAME(&after, (const char *)before.data);
    OK(loyalty_buffer_free(&before));
    OK(loyalty_member_free(member));
    OK(loyalty_engine_free(engine));
}

static void of_a_member(void) {
    loyalty_member *member = NULL;
    FAILS(LOYALTY_STATUS_INVALID_ID, "", loyalty_member_new(BYTES(" m"), &member, &error));
    FAILS(LOYALTY_STATUS_MEMBER_MISMATCH, "schema",
          loyalty_member_from_json(BYTES("{\"schema\": 2, \"id\": \"m-1\", \"version\": 0, \"as_of\": null, \"state\": {}}"), &member, &error));
    FAILS(LOYALTY_STATUS_MEMBER_CORRUPT, "as_of",
          loyalty_member_from_json(BYTES("{\"schema\": 1, \"id\": \"m-1\", \"version\": 3, \"as_of\": null, \"state\": {}}"), &member, &error));
    CHECK(member == NULL);
}

/* What a user wrote may hold a byte 0: the length tells it. */
static void zero_byte(void) {
    loyalty_engine *engine = tea_house();
    loyalty_member *member = new_member("m-1");
    loyalty_error *error = NULL;
    loyalty_buffer buffer;
    size_t length = 0;
    CHECK(loyalty_advance(engine, member, (const uint8_t *)"20\0" "26", 5, &buffer, &error) == LOYALTY_STATUS_INVALID_TIME);
    const char *message = loyalty_error_message(error, &length);
    CHECK(length >= strlen(message));
    CHECK(message[length] == 0);
    OK(loyalty_error_free(error));
    OK(loyalty_member_free(member));
    OK(loyalty_engine_free(engine));
}

int main(void) {
    of_a_call();
    of_a_program();
    of_an_event();
    of_a_member();
    zero_byte();
    return 0;
}
