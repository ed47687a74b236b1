/*
 * Follows a script of scenarios and writes what the library answers: Rust and Python write the same bytes.
 *
 *     conformance SCRIPT > TRANSCRIPT
 *
 * The script has one step a line, a verb and, behind a tab, what it needs (JSON is on one line):
 *
 *     scenario ID      program JSON     member ID       apply EVENT      trace EVENT
 *     quote EVENT      advance INSTANT  next_due        progress         reload
 *     expiring DATE    liability        benefits         sentence LANGUAGE JSON
 *
 * Each step is answered with one line: `scenario ID`; `ok` and, behind a tab, the answer if there is one; or `error` and, behind
 * a tab, the error as JSON. After apply, trace, advance and reload comes a line with the member. A script that makes no sense
 * ends with exit code 2.
 */

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loyalty.h"

/* A line of the script, of any length. */
struct line {
    char *text;
    size_t length;
    size_t capacity;
    unsigned long number;
};

static void give_up(const struct line *line, const char *words) {
    fprintf(stderr, "line %lu of the script: %s\n", line->number, words);
    exit(2);
}

static void add(struct line *line, char c) {
    if (line->length == line->capacity) {
        const size_t capacity = line->capacity == 0 ? 4096 : line->capacity * 2;
        char *text = capacity > line->capacity ? realloc(line->text, capacity) : NULL;
        if (text == NULL) {
            give_up(line, "there is no memory left");
        }
        line->text = text;
        line->capacity = capacity;
    }
    line->text[line->length++] = c;
}

/* Reads the next line, without its end; 0 at the end of the script. A byte 0 stands behind the line. */
static int next_line(FILE *script, struct line *line) {
    int c = getc(script);
    if (c == EOF) {
        return 0;
    }
    line->number++;
    line->length = 0;
    for (; c != EOF && c != '\n'; c = getc(script)) {
        add(line, (char)c);
    }
    add(line, '\0');
    line->length--;
    return 1;
}

/* Prints a word and, behind a tab, what belongs to it. */
static void print(const char *word, const void *bytes, size_t length) {
    fputs(word, stdout);
    if (bytes != NULL) {
        putchar('\t');
        fwrite(bytes, 1, length, stdout);
    }
    putchar('\n');
}

/* Prints the answer to a step and frees what it came in. */
static void answer(loyalty_status status, loyalty_buffer *buffer, loyalty_error *error) {
    if (status == LOYALTY_STATUS_OK) {
        /* An answer that is empty is an answer. */
        print("ok", buffer == NULL ? NULL : buffer->data == NULL ? "" : (const void *)buffer->data,
              buffer == NULL ? 0 : buffer->length);
    } else {
        size_t length = 0;
        const char *json = loyalty_error_json(error, &length);
        print("error", json, length);
    }
    loyalty_buffer_free(buffer);
    loyalty_error_free(error);
}

static void print_member(const loyalty_member *member) {
    loyalty_buffer json;
    loyalty_error *error = NULL;
    if (loyalty_member_to_json(member, &json, &error) == LOYALTY_STATUS_OK) {
        print("member", json.data, json.length);
    } else {
        size_t length = 0;
        const char *words = loyalty_error_json(error, &length);
        print("error", words, length);
    }
    loyalty_buffer_free(&json);
    loyalty_error_free(error);
}

/* The member is stored and read back. */
static void reload(loyalty_member **member) {
    loyalty_buffer json;
    loyalty_error *error = NULL;
    loyalty_member *again = NULL;
    loyalty_status status = loyalty_member_to_json(*member, &json, &error);
    if (status == LOYALTY_STATUS_OK) {
        status = loyalty_member_from_json(json.data, json.length, &again, &error);
    }
    if (status == LOYALTY_STATUS_OK) {
        loyalty_member_free(*member);
        *member = again;
    }
    loyalty_buffer_free(&json);
    answer(status, NULL, error);
}

struct state {
    loyalty_engine *engine;
    loyalty_member *member;
};

static void step(struct state *state, const struct line *line) {
    const char *tab = memchr(line->text, '\t', line->length);
    const size_t verb_length = tab == NULL ? line->length : (size_t)(tab - line->text);
    const uint8_t *bytes = (const uint8_t *)(tab == NULL ? "" : tab + 1);
    const size_t length = tab == NULL ? 0 : line->length - verb_length - 1;
    loyalty_buffer buffer = {0};
    loyalty_error *error = NULL;
    loyalty_status status;

#define VERB(name) (verb_length == strlen(name) && memcmp(line->text, name, verb_length) == 0)
    if (VERB("scenario")) {
        print("scenario", bytes, length);
        return;
    }
    if (VERB("program")) {
        loyalty_engine_free(state->engine);
        status = loyalty_engine_new(bytes, length, &state->engine, &error);
        answer(status, NULL, error);
        return;
    }
    if (VERB("member")) {
        loyalty_member_free(state->member);
        status = loyalty_member_new(bytes, length, &state->member, &error);
        answer(status, NULL, error);
        return;
    }
    if (!(VERB("reload") || VERB("apply") || VERB("trace") || VERB("quote") || VERB("advance") || VERB("next_due")
          || VERB("progress") || VERB("ranking") || VERB("expiring") || VERB("liability")
          || VERB("benefits") || VERB("sentence"))) {
        give_up(line, "there is no such verb");
    }
    if (state->member == NULL) {
        give_up(line, "there is no member yet");
    }
    if (VERB("reload")) {
        reload(&state->member);
        print_member(state->member);
        return;
    }
    if (state->engine == NULL) {
        give_up(line, "there is no program yet");
    }
    int changes = 1;
    if (VERB("apply")) {
        status = loyalty_apply(state->engine, state->member, bytes, length, 0, &buffer, &error);
    } else if (VERB("trace")) {
        status = loyalty_apply(state->engine, state->member, bytes, length, LOYALTY_FLAG_TRACE, &buffer, &error);
    } else if (VERB("advance")) {
        status = loyalty_advance(state->engine, state->member, bytes, length, &buffer, &error);
    } else if (VERB("quote")) {
        changes = 0;
        status = loyalty_quote(state->engine, state->member, bytes, length, 0, &buffer, &error);
    } else if (VERB("next_due")) {
        changes = 0;
        status = loyalty_next_due(state->engine, state->member, &buffer, &error);
    } else if (VERB("expiring")) {
        changes = 0;
        status = loyalty_expiring(state->engine, state->member, bytes, length, &buffer, &error);
    } else if (VERB("sentence")) {
        const uint8_t *space = length == 0 ? NULL : memchr(bytes, ' ', length);
        if (space == NULL) {
            give_up(line, "a sentence needs a language and what is lacking");
        }
        const size_t lang = (size_t)(space - bytes);
        changes = 0;
        status = loyalty_sentence(state->engine, space + 1, length - lang - 1, (const uint8_t *)"{}", 2, bytes, lang,
                                  &buffer, &error);
    } else if (VERB("benefits")) {
        changes = 0;
        status = loyalty_benefits(state->engine, state->member, &buffer, &error);
    } else if (VERB("ranking")) {
        const uint8_t *space = length == 0 ? NULL : memchr(bytes, ' ', length);
        if (space == NULL) {
            give_up(line, "a ranking needs an instant and an id");
        }
        const size_t at = (size_t)(space - bytes);
        changes = 0;
        status = loyalty_ranking(state->engine, state->member, space + 1, length - at - 1, bytes, at, &buffer, &error);
    } else if (VERB("liability")) {
        changes = 0;
        status = loyalty_liability(state->engine, state->member, &buffer, &error);
    } else {
        changes = 0;
        status = loyalty_progress(state->engine, state->member, &buffer, &error);
    }
#undef VERB
    answer(status, &buffer, error);
    if (changes) {
        print_member(state->member);
    }
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: conformance SCRIPT > TRANSCRIPT\n");
        return 2;
    }
    FILE *script = fopen(argv[1], "rb");
    if (script == NULL) {
        fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
        return 2;
    }
    struct line line = {0};
    struct state state = {0};
    while (next_line(script, &line)) {
        step(&state, &line);
    }
    const int unread = ferror(script);
    fclose(script);
    free(line.text);
    loyalty_member_free(state.member);
    loyalty_engine_free(state.engine);
    if (unread || fflush(stdout) != 0) {
        fprintf(stderr, "the script cannot be read or the transcript cannot be written\n");
        return 2;
    }
    return 0;
}
