/* Codes that carry their own proof: the same as in Rust and Python. */

#include "check.h"

/* A key as it is written: its number, then sixteen bytes that are alike, or count from 0 where `byte` is 0. */
static void write_key(uint8_t *key, uint8_t number, uint8_t byte) {
    key[0] = number;
    for (uint8_t i = 0; i < 16; i++) {
        key[1 + i] = byte == 0 ? i : byte;
    }
}

/* The vectors of crates/loyalty-core/src/coupons/code/tests.rs and crates/loyalty-py/tests/test_codes.py. */
static void vectors(void) {
    static const struct {
        uint8_t number, byte;
        uint32_t template_number;
        uint64_t serial;
        const char *code;
    } all[] = {
        {0, 0, 0, 0, "000K-W9Y6-F8A8-J4BQ"},
        {0, 0, 7, 1234, "0700-16JB-VSXZ-4DP6-T7D2"},
        {1, 0x5a, 7, 1234, "4700-16JG-9B0V-NXFD-MPDS"},
        {2, 0xc3, 7, 1234, "8700-16JB-D4E9-KET5-Z4TA"},
        {7, 0, 1048575, UINT64_MAX, "ZZZZ-Z0FZ-ZZZZ-ZZZZ-ZZZC-7FCW-7PAY-HEZ0"},
        {3, 0, 1023, UINT64_C(1) << 40, "DZZ0-0010-0000-000G-5H0Q-6NGF-8WCC"},
        {5, 0xff, 32, 1000000, "N10Y-GJ09-1HE9-D5YW-6RQ5"},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        uint8_t key[LOYALTY_CODE_KEY_BYTES];
        loyalty_buffer buffer;
        uint32_t template_number = 0;
        uint64_t serial = 0;
        write_key(key, all[i].number, all[i].byte);
        OK(loyalty_code_issue(key, sizeof key, all[i].template_number, all[i].serial, &buffer, NULL));
        SAME(&buffer, all[i].code);
        OK(loyalty_code_verify(key, sizeof key, BYTES(all[i].code), &template_number, &serial, &buffer, NULL));
        CHECK(template_number == all[i].template_number && serial == all[i].serial);
        SAME(&buffer, all[i].code);
    }
}

/* Two keys one behind the other, what people write, and what is no code of theirs. */
static void verifying(void) {
    uint8_t keys[2 * LOYALTY_CODE_KEY_BYTES];
    loyalty_buffer buffer;
    uint32_t template_number = 0;
    uint64_t serial = 0;
    write_key(keys, 1, 0x5a);
    write_key(keys + LOYALTY_CODE_KEY_BYTES, 2, 0xc3);
    OK(loyalty_code_verify(keys, sizeof keys, BYTES(" 8700 l6jb d4e9 ket5 z4ta\n"), &template_number, &serial, &buffer, NULL));
    CHECK(template_number == 7 && serial == 1234);
    SAME(&buffer, "8700-16JB-D4E9-KET5-Z4TA");

    template_number = 9;
    serial = 9;
    FAILS(LOYALTY_STATUS_CODE_MISREAD, "",
          loyalty_code_verify(keys, sizeof keys, BYTES("B700-16JB-D4E9-KET5-Z4TA"), &template_number, &serial, &buffer, &error));
    CHECK(template_number == 0 && serial == 0 && buffer.data == NULL);
    FAILS(LOYALTY_STATUS_CODE_MISREAD, "",
          loyalty_code_verify(keys, sizeof keys, BYTES(""), &template_number, &serial, &buffer, &error));
    /* The key of this one is not there. */
    FAILS(LOYALTY_STATUS_CODE_NOT_GENUINE, "",
          loyalty_code_verify(keys, sizeof keys, BYTES("000K-W9Y6-F8A8-J4BQ"), &template_number, &serial, &buffer, &error));
    FAILS(LOYALTY_STATUS_INVALID_UTF8, "text",
          loyalty_code_verify(keys, sizeof keys, BYTES("\xff"), &template_number, &serial, &buffer, &error));
}

static void wrong_keys(void) {
    uint8_t keys[2 * LOYALTY_CODE_KEY_BYTES] = {0};
    loyalty_buffer buffer;
    uint32_t template_number = 0;
    uint64_t serial = 0;
    const loyalty_status wrong = LOYALTY_STATUS_INVALID_ARGUMENT;
    /* Memory that nobody has filled. */
    FAILS(wrong, "key", loyalty_code_issue(keys, LOYALTY_CODE_KEY_BYTES, 1, 1, &buffer, &error));
    write_key(keys, 1, 0x5a);
    write_key(keys + LOYALTY_CODE_KEY_BYTES, 8, 0x5a);
    FAILS(wrong, "key", loyalty_code_issue(keys, 0, 1, 1, &buffer, &error));
    FAILS(wrong, "key", loyalty_code_issue(keys, 16, 1, 1, &buffer, &error));
    FAILS(wrong, "key", loyalty_code_issue(keys, sizeof keys, 1, 1, &buffer, &error));
    FAILS(wrong, "keys", loyalty_code_verify(keys, sizeof keys, BYTES("8700"), &template_number, &serial, &buffer, &error));
    FAILS(wrong, "keys", loyalty_code_verify(keys, 0, BYTES("8700"), &template_number, &serial, &buffer, &error));
    keys[LOYALTY_CODE_KEY_BYTES] = 2;
    FAILS(wrong, "key", loyalty_code_issue(keys, sizeof keys, 1, 1, &buffer, &error));
    FAILS(LOYALTY_STATUS_OUT_OF_RANGE, "template",
          loyalty_code_issue(keys, LOYALTY_CODE_KEY_BYTES, 1048576, 1, &buffer, &error));
    CHECK(buffer.data == NULL);
}

int main(void) {
    vectors();
    verifying();
    wrong_keys();
    return 0;
}
