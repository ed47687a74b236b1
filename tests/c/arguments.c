/* Wrong calls: NULL for each parameter in turn, handles of another kind, lengths, flags, texts that are no texts. */

#include "check.h"

#define NULL_(path, call) FAILS(LOYALTY_STATUS_NULL_POINTER, path, call)
#define WRONG(path, call) FAILS(LOYALTY_STATUS_INVALID_ARGUMENT, path, call)

/* An answer of an earlier call, as far as the library can know; it must be emptied. */
static loyalty_buffer stale(void) {
    loyalty_buffer buffer = {(const uint8_t *)"stale", 5, 99};
    return buffer;
}

static int is_empty(const loyalty_buffer *buffer) {
    return buffer->data == NULL && buffer->length == 0 && buffer->capacity == 0;
}

/* The call fails in this way, and empties `buffer`. */
#define EMPTIES(how, path, call) \
    do { \
        buffer = stale(); \
        how(path, call); \
        CHECK(is_empty(&buffer)); \
    } while (0)

static void nulls(loyalty_engine *engine, loyalty_member *member) {
    loyalty_buffer buffer;
    loyalty_engine *new_engine = engine;
    loyalty_member *other = member;
    uint64_t version = 7;
    int64_t balance = 7;

    NULL_("program", loyalty_engine_new(NULL, 2, &new_engine, &error));
    CHECK(new_engine == NULL);
    NULL_("program", loyalty_engine_new(NULL, 0, &new_engine, &error));
    NULL_("engine", loyalty_engine_new(BYTES(TEA_HOUSE), NULL, &error));
    EMPTIES(NULL_, "engine", loyalty_engine_program_json(NULL, &buffer, &error));
    NULL_("json", loyalty_engine_program_json(engine, NULL, &error));

    NULL_("id", loyalty_member_new(NULL, 3, &other, &error));
    CHECK(other == NULL);
    NULL_("member", loyalty_member_new(BYTES("m-1"), NULL, &error));
    other = member;
    NULL_("json", loyalty_member_from_json(NULL, 3, &other, &error));
    CHECK(other == NULL);
    NULL_("member", loyalty_member_from_json(BYTES("{}"), NULL, &error));
    EMPTIES(NULL_, "member", loyalty_member_to_json(NULL, &buffer, &error));
    NULL_("json", loyalty_member_to_json(member, NULL, &error));
    other = member;
    NULL_("member", loyalty_member_clone(NULL, &other, &error));
    CHECK(other == NULL);
    NULL_("copy", loyalty_member_clone(member, NULL, &error));
    EMPTIES(NULL_, "member", loyalty_member_id(NULL, &buffer, &error));
    NULL_("id", loyalty_member_id(member, NULL, &error));
    NULL_("member", loyalty_member_version(NULL, &version, &error));
    CHECK(version == 0);
    NULL_("version", loyalty_member_version(member, NULL, &error));
    NULL_("member", loyalty_member_balance(NULL, BYTES("points"), &balance, &error));
    CHECK(balance == 0);
    NULL_("account", loyalty_member_balance(member, NULL, 6, &balance, &error));
    NULL_("balance", loyalty_member_balance(member, BYTES("points"), NULL, &error));
    EMPTIES(NULL_, "member", loyalty_member_tier(NULL, BYTES("club"), &buffer, &error));
    EMPTIES(NULL_, "track", loyalty_member_tier(member, NULL, 4, &buffer, &error));
    NULL_("rung", loyalty_member_tier(member, BYTES("club"), NULL, &error));
    EMPTIES(NULL_, "member", loyalty_member_primary_tier(NULL, &buffer, &error));
    NULL_("rung", loyalty_member_primary_tier(member, NULL, &error));
    EMPTIES(NULL_, "member", loyalty_member_stage(NULL, &buffer, &error));
    NULL_("stage", loyalty_member_stage(member, NULL, &error));
    EMPTIES(NULL_, "member", loyalty_member_warning(NULL, &buffer, &error));
    NULL_("level", loyalty_member_warning(member, NULL, &error));
    uint32_t abandoned = 7;
    NULL_("member", loyalty_member_is_abandoned(NULL, &abandoned, &error));
    CHECK(abandoned == 0);
    NULL_("abandoned", loyalty_member_is_abandoned(member, NULL, &error));

    EMPTIES(NULL_, "engine", loyalty_apply(NULL, member, BYTES(PURCHASE), 0, &buffer, &error));
    EMPTIES(NULL_, "member", loyalty_apply(engine, NULL, BYTES(PURCHASE), 0, &buffer, &error));
    EMPTIES(NULL_, "event", loyalty_apply(engine, member, NULL, 1, 0, &buffer, &error));
    NULL_("outcome", loyalty_apply(engine, member, BYTES(PURCHASE), 0, NULL, &error));
    EMPTIES(NULL_, "engine", loyalty_quote(NULL, member, BYTES(PURCHASE), 0, &buffer, &error));
    EMPTIES(NULL_, "member", loyalty_quote(engine, NULL, BYTES(PURCHASE), 0, &buffer, &error));
    EMPTIES(NULL_, "event", loyalty_quote(engine, member, NULL, 1, 0, &buffer, &error));
    NULL_("outcome", loyalty_quote(engine, member, BYTES(PURCHASE), 0, NULL, &error));
    EMPTIES(NULL_, "engine", loyalty_advance(NULL, member, BYTES("2027-01-01T00:00:00Z"), &buffer, &error));
    EMPTIES(NULL_, "member", loyalty_advance(engine, NULL, BYTES("2027-01-01T00:00:00Z"), &buffer, &error));
    EMPTIES(NULL_, "to", loyalty_advance(engine, member, NULL, 1, &buffer, &error));
    NULL_("outcome", loyalty_advance(engine, member, BYTES("2027-01-01T00:00:00Z"), NULL, &error));
    EMPTIES(NULL_, "engine", loyalty_next_due(NULL, member, &buffer, &error));
    EMPTIES(NULL_, "member", loyalty_next_due(engine, NULL, &buffer, &error));
    NULL_("due", loyalty_next_due(engine, member, NULL, &error));
    EMPTIES(NULL_, "engine", loyalty_progress(NULL, member, &buffer, &error));
    EMPTIES(NULL_, "member", loyalty_progress(engine, NULL, &buffer, &error));
    NULL_("json", loyalty_progress(engine, member, NULL, &error));
    EMPTIES(NULL_, "engine", loyalty_ranking(NULL, member, BYTES("best"), BYTES("2027-01-01T00:00:00Z"), &buffer, &error));
    EMPTIES(NULL_, "member", loyalty_ranking(engine, NULL, BYTES("best"), BYTES("2027-01-01T00:00:00Z"), &buffer, &error));
    EMPTIES(NULL_, "id", loyalty_ranking(engine, member, NULL, 4, BYTES("2027-01-01T00:00:00Z"), &buffer, &error));
    EMPTIES(NULL_, "at", loyalty_ranking(engine, member, BYTES("best"), NULL, 1, &buffer, &error));
    NULL_("json", loyalty_ranking(engine, member, BYTES("best"), BYTES("2027-01-01T00:00:00Z"), NULL, &error));
    EMPTIES(NULL_, "engine", loyalty_expiring(NULL, member, BYTES("2027-01-01"), &buffer, &error));
    EMPTIES(NULL_, "member", loyalty_expiring(engine, NULL, BYTES("2027-01-01"), &buffer, &error));
    EMPTIES(NULL_, "by", loyalty_expiring(engine, member, NULL, 10, &buffer, &error));
    NULL_("json", loyalty_expiring(engine, member, BYTES("2027-01-01"), NULL, &error));
    EMPTIES(NULL_, "engine", loyalty_liability(NULL, member, &buffer, &error));
    EMPTIES(NULL_, "member", loyalty_liability(engine, NULL, &buffer, &error));
    NULL_("json", loyalty_liability(engine, member, NULL, &error));
    EMPTIES(NULL_, "engine", loyalty_benefits(NULL, member, &buffer, &error));
    EMPTIES(NULL_, "member", loyalty_benefits(engine, NULL, &buffer, &error));
    NULL_("json", loyalty_benefits(engine, member, NULL, &error));
    EMPTIES(NULL_, "engine", loyalty_sentence(NULL, BYTES("{}"), BYTES("{}"), BYTES("en"), &buffer, &error));
    EMPTIES(NULL_, "unmet", loyalty_sentence(engine, NULL, 2, BYTES("{}"), BYTES("en"), &buffer, &error));
    EMPTIES(NULL_, "messages", loyalty_sentence(engine, BYTES("{}"), NULL, 2, BYTES("en"), &buffer, &error));
    EMPTIES(NULL_, "language", loyalty_sentence(engine, BYTES("{}"), BYTES("{}"), NULL, 0, &buffer, &error));
    NULL_("sentence", loyalty_sentence(engine, BYTES("{}"), BYTES("{}"), BYTES("en"), NULL, &error));
}

static void nulls_of_codes(void) {
    loyalty_buffer buffer;
    uint32_t template_number = 7;
    uint64_t serial = 7;
    const uint8_t key[LOYALTY_CODE_KEY_BYTES] = {1, 0x5a};
    EMPTIES(NULL_, "key", loyalty_code_issue(NULL, sizeof key, 1, 1, &buffer, &error));
    NULL_("code", loyalty_code_issue(key, sizeof key, 1, 1, NULL, &error));
    EMPTIES(NULL_, "keys", loyalty_code_verify(NULL, 0, BYTES("8700"), &template_number, &serial, &buffer, &error));
    CHECK(template_number == 0 && serial == 0);
    EMPTIES(NULL_, "text", loyalty_code_verify(key, sizeof key, NULL, 4, &template_number, &serial, &buffer, &error));
    NULL_("template_number", loyalty_code_verify(key, sizeof key, BYTES("8700"), NULL, &serial, &buffer, &error));
    NULL_("serial", loyalty_code_verify(key, sizeof key, BYTES("8700"), &template_number, NULL, &buffer, &error));
    NULL_("code", loyalty_code_verify(key, sizeof key, BYTES("8700"), &template_number, &serial, NULL, &error));
    CHECK(loyalty_code_issue(NULL, 0, 0, 0, NULL, NULL) == LOYALTY_STATUS_NULL_POINTER);
    CHECK(loyalty_code_verify(NULL, 0, NULL, 0, NULL, NULL, NULL, NULL) == LOYALTY_STATUS_NULL_POINTER);
}

/* Without a place for the error, the status alone says it. */
static void no_error_wanted(loyalty_engine *engine, loyalty_member *member) {
    const loyalty_status null = LOYALTY_STATUS_NULL_POINTER;
    loyalty_buffer buffer;
    loyalty_engine *new_engine = NULL;
    loyalty_member *other = NULL;
    uint64_t version;
    int64_t balance;
    CHECK(loyalty_engine_new(NULL, 0, &new_engine, NULL) == null);
    CHECK(loyalty_engine_program_json(NULL, &buffer, NULL) == null);
    CHECK(loyalty_member_new(NULL, 0, &other, NULL) == null);
    CHECK(loyalty_member_from_json(NULL, 0, &other, NULL) == null);
    CHECK(loyalty_member_to_json(NULL, &buffer, NULL) == null);
    CHECK(loyalty_member_clone(NULL, &other, NULL) == null);
    CHECK(loyalty_member_id(NULL, &buffer, NULL) == null);
    CHECK(loyalty_member_version(NULL, &version, NULL) == null);
    CHECK(loyalty_member_balance(NULL, BYTES("points"), &balance, NULL) == null);
    CHECK(loyalty_member_tier(NULL, BYTES("club"), &buffer, NULL) == null);
    CHECK(loyalty_apply(engine, member, NULL, 0, 0, &buffer, NULL) == null);
    CHECK(loyalty_quote(engine, member, NULL, 0, 0, &buffer, NULL) == null);
    CHECK(loyalty_advance(engine, member, NULL, 0, &buffer, NULL) == null);
    CHECK(loyalty_next_due(engine, NULL, &buffer, NULL) == null);
    CHECK(loyalty_progress(engine, NULL, &buffer, NULL) == null);
    CHECK(loyalty_sentence(engine, NULL, 0, NULL, 0, NULL, 0, &buffer, NULL) == null);
    CHECK(loyalty_apply(NULL, NULL, NULL, 0, 0, NULL, NULL) == null);
    CHECK(loyalty_apply(engine, member, BYTES("x"), 0, &buffer, NULL) == LOYALTY_STATUS_INVALID_JSON);
}

/* Freeing nothing is fine, and so is asking nothing for its words, or a number that is no status for its name. */
static void nothing(void) {
    same_text(__LINE__, loyalty_status_name(UINT32_MAX), "unknown");
    CHECK(strlen(loyalty_version()) > 0);
    CHECK(loyalty_abi_version() == LOYALTY_ABI_VERSION);
    OK(loyalty_engine_free(NULL));
    OK(loyalty_member_free(NULL));
    OK(loyalty_error_free(NULL));
    OK(loyalty_buffer_free(NULL));
    loyalty_buffer empty = {0};
    OK(loyalty_buffer_free(&empty));
    OK(loyalty_buffer_free(&empty));
    size_t length = 7;
    CHECK(loyalty_error_status(NULL) == LOYALTY_STATUS_OK);
    same_text(__LINE__, loyalty_error_code(NULL, NULL), "");
    same_text(__LINE__, loyalty_error_kind(NULL, NULL), "");
    same_text(__LINE__, loyalty_error_path(NULL, NULL), "");
    same_text(__LINE__, loyalty_error_json(NULL, NULL), "");
    same_text(__LINE__, loyalty_error_message(NULL, &length), "");
    CHECK(length == 0);
}

/* A handle of another kind is refused, and left alone. */
static void other_kinds(loyalty_engine *engine, loyalty_member *member) {
    loyalty_buffer buffer;
    const void *as_void = engine;
    WRONG("member", loyalty_member_to_json((const loyalty_member *)as_void, &buffer, &error));
    WRONG("member", loyalty_apply(engine, (loyalty_member *)(void *)engine, BYTES(PURCHASE), 0, &buffer, &error));
    WRONG("member", loyalty_next_due(engine, (loyalty_member *)(void *)engine, &buffer, &error));
    WRONG("engine", loyalty_quote((loyalty_engine *)(void *)member, member, BYTES(PURCHASE), 0, &buffer, &error));
    WRONG("engine", loyalty_progress((loyalty_engine *)(void *)member, member, &buffer, &error));
    CHECK(loyalty_member_free((loyalty_member *)(void *)engine) == LOYALTY_STATUS_INVALID_ARGUMENT);
    CHECK(loyalty_engine_free((loyalty_engine *)(void *)member) == LOYALTY_STATUS_INVALID_ARGUMENT);
    CHECK(loyalty_error_free((loyalty_error *)(void *)member) == LOYALTY_STATUS_INVALID_ARGUMENT);
    CHECK(loyalty_error_status((loyalty_error *)(void *)member) == LOYALTY_STATUS_INVALID_ARGUMENT);
    same_text(__LINE__, loyalty_error_message((loyalty_error *)(void *)member, NULL), "");

    /* Memory of the program itself, and a pointer into the middle of a handle. */
    static uint64_t words[16];
    WRONG("member", loyalty_member_to_json((loyalty_member *)(void *)words, &buffer, &error));
    WRONG("member", loyalty_member_to_json((loyalty_member *)(void *)((char *)member + 1), &buffer, &error));
    CHECK(loyalty_member_free((loyalty_member *)(void *)((char *)member + 4)) == LOYALTY_STATUS_INVALID_ARGUMENT);

    /* Both are still good. */
    OK(loyalty_quote(engine, member, BYTES(PURCHASE), 0, &buffer, NULL));
    OK(loyalty_buffer_free(&buffer));
}

/* Out parameters that are not aligned are refused before they are written. */
static void unaligned(loyalty_engine *engine, loyalty_member *member) {
    static union {
        char bytes[64];
        uint64_t word;
        void *pointer;
    } place;
    memset(&place, 0x55, sizeof place);
    void *odd = place.bytes + 1;
    WRONG("version", loyalty_member_version(member, (uint64_t *)odd, &error));
    WRONG("balance", loyalty_member_balance(member, BYTES("points"), (int64_t *)odd, &error));
    WRONG("json", loyalty_engine_program_json(engine, (loyalty_buffer *)odd, &error));
    WRONG("copy", loyalty_member_clone(member, (loyalty_member **)odd, &error));
    CHECK(loyalty_buffer_free((loyalty_buffer *)odd) == LOYALTY_STATUS_INVALID_ARGUMENT);
    CHECK(loyalty_apply(engine, NULL, BYTES(PURCHASE), 0, NULL, (loyalty_error **)odd) == LOYALTY_STATUS_INVALID_ARGUMENT);
    for (size_t i = 0; i < sizeof place; i++) {
        CHECK(place.bytes[i] == 0x55);
    }
}

/* An out parameter must not lie within the bytes that go in. Where it does, it is emptied before they are read, so they are JSON no
 * more: the call is refused, writes only the out parameters, and leaves the member as it was. */
static void overlapping(loyalty_engine *engine, loyalty_member *member) {
    static union {
        char text[1024];
        loyalty_buffer buffers[40];
        loyalty_engine *engine;
        loyalty_member *member;
        loyalty_error *error;
    } place;
    uint8_t *bytes = (uint8_t *)place.text;
    const loyalty_status wrong = LOYALTY_STATUS_INVALID_JSON;
    const size_t program = strlen(TEA_HOUSE);
    const size_t event = strlen(PURCHASE);
    CHECK(program < sizeof place && event < sizeof place);

    strcpy(place.text, TEA_HOUSE);
    CHECK(loyalty_engine_new(bytes, program, &place.engine, NULL) == LOYALTY_STATUS_PROGRAM_INVALID);
    CHECK(place.engine == NULL);
    strcpy(place.text, "{\"schema\": 1}");
    CHECK(loyalty_member_from_json(bytes, strlen("{\"schema\": 1}"), &place.member, NULL) == wrong);
    CHECK(place.member == NULL);
    strcpy(place.text, PURCHASE);
    CHECK(loyalty_apply(engine, member, bytes, event, 0, &place.buffers[0], NULL) == wrong);
    CHECK(is_empty(&place.buffers[0]));
    same_text(__LINE__, place.text + sizeof place.buffers[0], PURCHASE + sizeof place.buffers[0]);
    strcpy(place.text, PURCHASE);
    CHECK(loyalty_quote(engine, member, bytes, event, 0, &place.buffers[0], NULL) == wrong);
    CHECK(is_empty(&place.buffers[0]));

    /* In the middle of the bytes, and behind them all but for the last. */
    loyalty_buffer *inside = &place.buffers[1];
    strcpy(place.text, PURCHASE);
    CHECK(loyalty_apply(engine, member, bytes, event, 0, inside, NULL) == wrong);
    CHECK(is_empty(inside) && place.text[0] == '{');
    const size_t last = event / sizeof *inside;
    memset(place.text, ' ', sizeof place);
    uint8_t *shifted = bytes + (last + 1) * sizeof *inside - event + 1;
    memcpy(shifted, PURCHASE, event);
    CHECK(loyalty_apply(engine, member, shifted, event, 0, &place.buffers[last + 1], NULL) == wrong);

    /* So is the error, which is written when the bytes have been read. */
    loyalty_buffer buffer;
    strcpy(place.text, PURCHASE);
    CHECK(loyalty_apply(engine, member, bytes, event, 0, &buffer, &place.error) == wrong);
    CHECK(loyalty_error_status(place.error) == wrong && is_empty(&buffer));
    OK(loyalty_error_free(place.error));

    /* The bytes of a buffer are not the buffer: who keeps it can have the answer where it was. */
    loyalty_member *again = NULL;
    OK(loyalty_member_to_json(member, &buffer, NULL));
    const loyalty_buffer kept = buffer;
    OK(loyalty_member_from_json(kept.data, kept.length, &again, NULL));
    FAILS(LOYALTY_STATUS_UNKNOWN_FIELD, "schema", loyalty_apply(engine, again, kept.data, kept.length, 0, &buffer, &error));
    CHECK(is_empty(&buffer));
    buffer = kept;
    OK(loyalty_buffer_free(&buffer));
    OK(loyalty_member_free(again));
}

/* Lengths that no memory has. What is merely longer than the memory there is cannot be detected. */
static void lengths(loyalty_engine *engine, loyalty_member *member) {
    loyalty_buffer buffer;
    loyalty_engine *new_engine = NULL;
    loyalty_member *other = NULL;
    int64_t balance = 0;
    const uint8_t byte = 'x';
    const size_t huge[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2 + 1};
    for (size_t i = 0; i < sizeof huge / sizeof huge[0]; i++) {
        WRONG("program", loyalty_engine_new(&byte, huge[i], &new_engine, &error));
        WRONG("id", loyalty_member_new(&byte, huge[i], &other, &error));
        WRONG("json", loyalty_member_from_json(&byte, huge[i], &other, &error));
        WRONG("account", loyalty_member_balance(member, &byte, huge[i], &balance, &error));
        WRONG("track", loyalty_member_tier(member, &byte, huge[i], &buffer, &error));
        WRONG("event", loyalty_apply(engine, member, &byte, huge[i], 0, &buffer, &error));
        WRONG("event", loyalty_quote(engine, member, &byte, huge[i], 0, &buffer, &error));
        WRONG("to", loyalty_advance(engine, member, &byte, huge[i], &buffer, &error));
    }
    /* Nothing at all, with a pointer to it. */
    FAILS(LOYALTY_STATUS_INVALID_ID, "", loyalty_member_new(&byte, 0, &other, &error));
    FAILS(LOYALTY_STATUS_INVALID_JSON, "", loyalty_apply(engine, member, &byte, 0, 0, &buffer, &error));
    FAILS(LOYALTY_STATUS_INVALID_TIME, "to", loyalty_advance(engine, member, &byte, 0, &buffer, &error));
    OK(loyalty_member_balance(member, &byte, 0, &balance, NULL));
    CHECK(balance == 0);

    /* The length is believed, not a byte 0: every shorter event is refused, and nothing of what follows is read. */
    const size_t whole = strlen(PURCHASE);
    for (size_t length = 0; length < whole; length++) {
        uint8_t *part = malloc(length + 1);
        CHECK(part != NULL);
        memcpy(part, PURCHASE, length);
        part[length] = '}';
        CHECK(loyalty_quote(engine, member, part, length, 0, &buffer, NULL) == LOYALTY_STATUS_INVALID_JSON);
        free(part);
    }

    /* One byte more than an event may have. */
    const size_t long_length = 16u * 1024u * 1024u + 1u;
    uint8_t *spaces = malloc(long_length);
    CHECK(spaces != NULL);
    memset(spaces, ' ', long_length);
    FAILS(LOYALTY_STATUS_LIMIT_EXCEEDED, "", loyalty_apply(engine, member, spaces, long_length, 0, &buffer, &error));
    free(spaces);
}

static void flags(loyalty_engine *engine, loyalty_member *member) {
    loyalty_buffer buffer;
    WRONG("flags", loyalty_apply(engine, member, BYTES(PURCHASE), LOYALTY_FLAG_TRACE | LOYALTY_FLAG_ENTRIES, &buffer, &error));
    for (unsigned bit = 2; bit < 32; bit++) {
        const uint32_t wrong = UINT32_C(1) << bit;
        WRONG("flags", loyalty_apply(engine, member, BYTES(PURCHASE), wrong, &buffer, &error));
        WRONG("flags", loyalty_quote(engine, member, BYTES(PURCHASE), wrong | LOYALTY_FLAG_TRACE, &buffer, &error));
    }
}

/* Every way in refuses what is not UTF-8. */
static void not_utf8(loyalty_engine *engine, loyalty_member *member) {
    static const char *const wrong[] = {
        "\x80", "a\xff", "\xc3", "\xc0\xaf", "\xe4\xbc", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80",
    };
    const loyalty_status invalid = LOYALTY_STATUS_INVALID_UTF8;
    loyalty_buffer buffer;
    loyalty_engine *new_engine = NULL;
    loyalty_member *other = NULL;
    int64_t balance = 0;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char json[64];
        snprintf(json, sizeof json, "{\"id\": \"%s\"}", wrong[i]);
        FAILS(invalid, "id", loyalty_member_new(BYTES(wrong[i]), &other, &error));
        FAILS(invalid, "account", loyalty_member_balance(member, BYTES(wrong[i]), &balance, &error));
        FAILS(invalid, "track", loyalty_member_tier(member, BYTES(wrong[i]), &buffer, &error));
        FAILS(invalid, "to", loyalty_advance(engine, member, BYTES(wrong[i]), &buffer, &error));
        FAILS(invalid, "", loyalty_apply(engine, member, BYTES(json), 0, &buffer, &error));
        FAILS(invalid, "", loyalty_quote(engine, member, BYTES(json), 0, &buffer, &error));
        FAILS(invalid, "", loyalty_member_from_json(BYTES(json), &other, &error));
        FAILS(LOYALTY_STATUS_PROGRAM_INVALID, "", loyalty_engine_new(BYTES(json), &new_engine, &error));
    }
    /* A byte 0 is a character like others, and ids have none. */
    FAILS(LOYALTY_STATUS_INVALID_ID, "", loyalty_member_new((const uint8_t *)"a\0b", 3, &other, &error));
}

/* Any bytes at all give an error, and no way in crashes. */
static void garbage(loyalty_engine *engine, loyalty_member *member) {
    uint32_t seed = 1;
    uint8_t bytes[256];
    loyalty_buffer buffer;
    loyalty_engine *new_engine = NULL;
    loyalty_member *other = NULL;
    for (int round = 0; round < 300; round++) {
        size_t length = 0;
        for (; length < sizeof bytes; length++) {
            seed = seed * 1664525u + 1013904223u;
            /* One half of any bytes, one half of those that JSON is made of. */
            bytes[length] = round % 2 == 0 ? (uint8_t)(seed >> 24) : (uint8_t)"{}[]:,\"0123e-.ntrue \\u"[(seed >> 24) % 22];
        }
        length = seed % (sizeof bytes + 1);
        CHECK(loyalty_engine_new(bytes, length, &new_engine, NULL) != LOYALTY_STATUS_OK && new_engine == NULL);
        CHECK(loyalty_member_from_json(bytes, length, &other, NULL) != LOYALTY_STATUS_OK && other == NULL);
        CHECK(loyalty_apply(engine, member, bytes, length, 0, &buffer, NULL) != LOYALTY_STATUS_OK && is_empty(&buffer));
        CHECK(loyalty_quote(engine, member, bytes, length, 0, &buffer, NULL) != LOYALTY_STATUS_OK && is_empty(&buffer));
        CHECK(loyalty_advance(engine, member, bytes, length, &buffer, NULL) != LOYALTY_STATUS_OK && is_empty(&buffer));
    }
}

int main(void) {
    loyalty_engine *engine = tea_house();
    loyalty_member *member = new_member("m-1");
    loyalty_buffer before;
    loyalty_buffer after;
    OK(loyalty_apply(engine, member, BYTES(PURCHASE), 0, &after, NULL));
    OK(loyalty_buffer_free(&after));
    OK(loyalty_member_to_json(member, &before, NULL));

    nulls(engine, member);
    nulls_of_codes();
    no_error_wanted(engine, member);
    nothing();
    other_kinds(engine, member);
    unaligned(engine, member);
    overlapping(engine, member);
    lengths(engine, member);
    flags(engine, member);
    not_utf8(engine, member);
    garbage(engine, member);

    /* After all this the member is what it was, byte by byte. */
    OK(loyalty_member_to_json(member, &after, NULL));
    SAME(&after, (const char *)before.data);
    OK(loyalty_buffer_free(&before));
    OK(loyalty_member_free(member));
    OK(loyalty_engine_free(engine));
    return 0;
}
