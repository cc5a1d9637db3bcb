/* SPDX-License-Identifier: Apache-2.0 */
/* Maps into structs by tables: every type, its bounds, and the exact complaint with file, line and field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/fields.h"

#include <string.h>

struct home {
    const char *city;
    bool garden;
};

struct pet {
    const char *name;
    uint32_t age;
    bool loud;
    struct guid chip;
    int kind;
    struct text_list food;
    struct home home;
    struct map_list friends;
};

static const char *no_digits(const char *text)
{
    return strpbrk(text, "0123456789") == NULL ? NULL : "must not hold digits";
}

static const char *const kinds[] = { "cat", "dog", "fish", NULL };

static const struct field home_fields[] = {
    { .name = "city", .type = FIELD_IS_TEXT, .offset = offsetof(struct home, city), .required = true },
    { .name = "garden", .type = FIELD_IS_FLAG, .offset = offsetof(struct home, garden) },
    { .name = NULL },
};

static const struct field pet_fields[] = {
    { .name = "name",
      .type = FIELD_IS_TEXT,
      .offset = offsetof(struct pet, name),
      .required = true,
      .min = 2,
      .max = 8,
      .check = no_digits },
    { .name = "age", .type = FIELD_IS_NUMBER, .offset = offsetof(struct pet, age), .min = 1, .max = 40 },
    { .name = "loud", .type = FIELD_IS_FLAG, .offset = offsetof(struct pet, loud) },
    { .name = "chip", .type = FIELD_IS_GUID, .offset = offsetof(struct pet, chip) },
    { .name = "kind", .type = FIELD_IS_CHOICE, .offset = offsetof(struct pet, kind), .choices = kinds },
    { .name = "food", .type = FIELD_IS_TEXTS, .offset = offsetof(struct pet, food), .min = 1, .max = 8 },
    { .name = "home", .type = FIELD_IS_MAP, .offset = offsetof(struct pet, home), .fields = home_fields },
    { .name = "friends", .type = FIELD_IS_LIST, .offset = offsetof(struct pet, friends) },
    { .name = NULL },
};

static err read_pet(const char *text, struct pet *pet, struct yaml **y, struct complaint *why)
{
    struct field_reader reader = { .why = why };

    assert_int_equal(yml_parse(slice_of(text), "pet.yaml", y, why).code, ERR_OK);
    return fields_read(&reader, yml_root(*y), pet_fields, pet);
}

static void every_type_is_read(void **state)
{
    struct complaint why = { "" };
    struct field_reader reader = { .why = &why }, inner;
    struct pet pet = { .age = 3 };
    struct home home = { .city = NULL };
    struct yaml *y;
    (void)state;
    assert_int_equal(read_pet("name: Tom\nage: 40\nloud: true\nchip: 0D9F4C1E-52A7-4b0e-8a3b-6f1d2c3b4a5e\n"
                              "kind: fish\nfood: [hay, 'null']\nhome:\n  city: Ulm\n"
                              "friends:\n  - city: Bonn\n    garden: true\n",
                              &pet, &y, &why)
                         .code,
                     ERR_OK);
    assert_string_equal(pet.name, "Tom");
    assert_int_equal(pet.age, 40);
    assert_true(pet.loud);
    assert_string_equal(guid_format(pet.chip).c, "0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e");
    assert_int_equal(pet.kind, 2);
    assert_int_equal(pet.food.n, 2);
    assert_string_equal(pet.food.items[1], "null");
    assert_string_equal(pet.home.city, "Ulm");
    assert_int_equal(pet.friends.n, 1);
    assert_int_equal(fields_read_item(&reader, "friends", &pet.friends, 0, home_fields, &home, &inner).code, ERR_OK);
    assert_string_equal(home.city, "Bonn");
    assert_string_equal(inner.path, "friends[0]");
    yml_free(y);
}

static void absent_fields_stay(void **state)
{
    struct complaint why;
    struct pet pet = { .age = 7, .loud = true, .kind = 1, .home = { .city = "Kiel" } };
    struct yaml *y;
    (void)state;
    assert_int_equal(read_pet("name: Tom\nage:\nhome: ~\nfood: null\n", &pet, &y, &why).code, ERR_OK);
    assert_int_equal(pet.age, 7);
    assert_true(pet.loud);
    assert_int_equal(pet.kind, 1);
    assert_string_equal(pet.home.city, "Kiel");
    yml_free(y);
}

static void complaints_name_file_line_and_field(void **state)
{
    static const struct {
        const char *text;
        const char *why;
    } broken[] = {
        { "", "pet.yaml:1: must be a map of fields" },
        { "[]", "pet.yaml:1: must be a map of fields" },
        { "Tom", "pet.yaml:1: must be a map of fields" },
        { "age: 3", "pet.yaml:1: 'name' is missing" },
        { "age: 3\nname:", "pet.yaml:2: name: must not be empty" },
        { "name: T", "pet.yaml:1: name: must be 2 to 8 bytes long" },
        { "name: ''", "pet.yaml:1: name: must be 2 to 8 bytes long" },
        { "name: Tomasinos", "pet.yaml:1: name: must be 2 to 8 bytes long" },
        { "name: Tom2", "pet.yaml:1: name: must not hold digits" },
        { "name: [Tom]", "pet.yaml:1: name: must be a single value" },
        { "name: {Tom: 1}", "pet.yaml:1: name: must be a single value" },
        { "name: Tom\nage: 0", "pet.yaml:2: age: must be a number from 1 to 40, not '0'" },
        { "name: Tom\nage: 41", "pet.yaml:2: age: must be a number from 1 to 40, not '41'" },
        { "name: Tom\nage: -1", "pet.yaml:2: age: must be a number from 1 to 40, not '-1'" },
        { "name: Tom\nage: 1.5", "pet.yaml:2: age: must be a number from 1 to 40, not '1.5'" },
        { "name: Tom\nage: 99999999999999999999", "pet.yaml:2: age: must be a number from 1 to 40, not "
                                                  "'99999999999999999999'" },
        { "name: Tom\nloud: yes", "pet.yaml:2: loud: must be true or false" },
        { "name: Tom\nloud: True", "pet.yaml:2: loud: must be true or false" },
        { "name: Tom\nchip: 7", "pet.yaml:2: chip: must be a GUID like 0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e" },
        { "name: Tom\nchip: 00000000-0000-0000-0000-000000000000",
          "pet.yaml:2: chip: must be a GUID like 0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e" },
        { "name: Tom\nkind: cow", "pet.yaml:2: kind: must be one of cat, dog, fish, not 'cow'" },
        { "name: Tom\nfood: hay", "pet.yaml:2: food: must be a list" },
        { "name: Tom\nfood:\n  - hay\n  - [a]", "pet.yaml:4: food: must be a list of texts" },
        { "name: Tom\nfood:\n  - hay\n  -", "pet.yaml:4: food: must be a list of texts" },
        { "name: Tom\nfood:\n  - hay\n  - ''", "pet.yaml:4: food: must be 1 to 8 bytes long" },
        { "name: Tom\nhome: Ulm", "pet.yaml:2: home: must be a map" },
        { "name: Tom\nhome:\n  garden: true", "pet.yaml:3: home: 'city' is missing" },
        { "name: Tom\nhome:\n  city: Ulm\n  garden: maybe", "pet.yaml:4: home.garden: must be true or false" },
        { "name: Tom\nhome:\n  citi: Ulm", "pet.yaml:3: home: unknown field 'citi'; did you mean 'city'?" },
        { "name: Tom\nfriends: {}", "pet.yaml:2: friends: must be a list" },
        { "nam: Tom", "pet.yaml:1: unknown field 'nam'; did you mean 'name'?" },
        { "name: Tom\nelephant: 1", "pet.yaml:2: unknown field 'elephant'" },
        { "name: Tom\nage: 3\nage: 4", "pet.yaml:3: 'age' is given twice" },
        { "name: Tom\n? [a, b]\n: c", "pet.yaml:2: a field's name must be a text" },
        { "name: Tom\n~: c", "pet.yaml:2: a field's name must be a text" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct complaint why = { "" };
        struct pet pet = { .age = 1 };
        struct yaml *y;
        assert_int_equal(read_pet(broken[i].text, &pet, &y, &why).code, ERR_FORMAT);
        assert_string_equal(why.text, broken[i].why);
        yml_free(y);
    }
}

static void lists_are_bounded(void **state)
{
    char text[512] = "name: Tom\nfood: [";
    struct complaint why;
    struct pet pet = { .age = 1 };
    struct yaml *y;
    (void)state;
    for (int i = 0; i < TEXT_LIST_MAX + 1; i++)
        strncat(text, "a,", sizeof text - strlen(text) - 1);
    strncat(text, "]", sizeof text - strlen(text) - 1);
    assert_int_equal(read_pet(text, &pet, &y, &why).code, ERR_FORMAT);
    assert_string_equal(why.text, "pet.yaml:2: food: has more than 64 entries");
    yml_free(y);
}

static void values_from_elsewhere(void **state)
{
    struct complaint why = { "" };
    struct pet pet = { .age = 1 };
    char list[] = "hay, fish,oats";
    char empty[] = "";
    char wrong[] = "hay,,fish";
    (void)state;
    assert_int_equal(field_set(&pet_fields[1], "12", &pet, "PET_AGE", &why).code, ERR_OK);
    assert_int_equal(pet.age, 12);
    assert_int_equal(field_set(&pet_fields[1], "x", &pet, "PET_AGE", &why).code, ERR_FORMAT);
    assert_string_equal(why.text, "PET_AGE: must be a number from 1 to 40, not 'x'");
    assert_int_equal(field_set(&pet_fields[5], "hay", &pet, "PET_FOOD", &why).code, ERR_FORMAT);
    assert_string_equal(why.text, "PET_FOOD: must not be a single value");
    assert_int_equal(field_set_texts(&pet_fields[5], list, &pet, "PET_FOOD", &why).code, ERR_OK);
    assert_int_equal(pet.food.n, 3);
    assert_string_equal(pet.food.items[1], "fish");
    assert_int_equal(field_set_texts(&pet_fields[5], empty, &pet, "PET_FOOD", &why).code, ERR_OK);
    assert_int_equal(pet.food.n, 0);
    assert_int_equal(field_set_texts(&pet_fields[5], wrong, &pet, "PET_FOOD", &why).code, ERR_FORMAT);
    assert_string_equal(why.text, "PET_FOOD: must be 1 to 8 bytes long");
}

static void complaints_after_reading(void **state)
{
    struct complaint why;
    struct field_reader reader = { .why = &why, .path = "pets[2]" };
    struct pet pet = { .age = 1 };
    struct yaml *y;
    (void)state;
    assert_int_equal(read_pet("# a pet\nname: Tom\nfood:\n  - hay\n  - fish\n", &pet, &y, &why).code, ERR_OK);
    assert_int_equal(field_complain(&reader, yml_root(y), "name", "is taken").code, ERR_FORMAT);
    assert_string_equal(why.text, "pet.yaml:2: pets[2].name: is taken");
    assert_int_equal(field_complain_item(&reader, yml_root(y), "food", 1, "is bad").code, ERR_FORMAT);
    assert_string_equal(why.text, "pet.yaml:5: pets[2].food: is bad");
    assert_int_equal(field_complain(&reader, yml_root(y), "age", "is odd").code, ERR_FORMAT);
    assert_string_equal(why.text, "pet.yaml:2: pets[2].age: is odd"); /* not given: where the map begins */
    yml_free(y);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_read),
        cmocka_unit_test(absent_fields_stay),
        cmocka_unit_test(complaints_name_file_line_and_field),
        cmocka_unit_test(lists_are_bounded),
        cmocka_unit_test(values_from_elsewhere),
        cmocka_unit_test(complaints_after_reading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
