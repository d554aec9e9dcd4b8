using Akka.Registry.Hosting.Hocon;
using Shouldly;
using Xunit;

namespace Akka.Registry.Hosting.Tests.Hocon;

/// <summary>Sentences of the HOCON specification, "Syntax" to "Multi-line strings", with their examples.</summary>
public sealed class SyntaxTests
{
    [Theory]
    [InlineData("""{ "a" : { "b" : [1, 2.5e-3, true, null, "x\u0041\n"] } }""", "{a:{b:[1,2.5e-3,true,null,xA\n]}}")]
    [InlineData("""{"\"\\\/\b\f\n\r\t": -1}""", "{\"\\/\b\f\n\r\t:-1}")]
    [InlineData("{}", "{}")]
    public void All_valid_JSON_is_valid(string text, string tree) => Read.Tree(text).ShouldBe(tree);

    [Theory]
    [InlineData("a = 1 // one\n# two\nb = 2 # three", "{a:1,b:2}")]
    [InlineData("a = \"// # no comment\"", "{a:// # no comment}")]
    [InlineData("a = foo#bar", "{a:foo}")]
    [InlineData("a = foo//bar", "{a:foo}")]
    [InlineData("a = foo/bar", "{a:foo/bar}")]
    [InlineData("// only a comment", "{}")]
    [InlineData("a // key\n = // separator\n 1", "{a:1}")]
    public void Anything_between_slashes_or_hash_and_the_next_newline_is_a_comment(string text, string tree) =>
        Read.Tree(text).ShouldBe(tree);

    [Theory]
    [InlineData("a = 1", "{a:1}")]
    [InlineData("", "{}")]
    [InlineData(" \n\t ", "{}")]
    [InlineData("\ufeff{ a = 1 }", "{a:1}")]
    public void A_file_that_begins_with_no_bracket_is_parsed_as_if_enclosed_in_braces(string text, string tree) =>
        Read.Tree(text).ShouldBe(tree);

    [Theory]
    [InlineData("a = 1 }")]
    [InlineData("{ a = 1")]
    [InlineData("{ a = 1 } }")]
    [InlineData("{ a = 1 } b = 2")]
    [InlineData("a = 1 ]")]
    public void The_curly_braces_must_be_balanced(string text) => Read.Error(text);

    [Theory]
    [InlineData("a = 1, b : 2, c { d = 3 }", "{a:1,b:2,c:{d:3}}")]
    [InlineData("\"foo\" {}", "{foo:{}}")]
    [InlineData("foo\n{\n}", "{foo:{}}")]
    public void An_equals_sign_can_stand_for_the_colon_and_neither_before_a_brace(string text, string tree) =>
        Read.Tree(text).ShouldBe(tree);

    [Theory]
    [InlineData("a = [1,2,3,]", "{a:[1,2,3]}")]
    [InlineData("a = [1\n2\n3]", "{a:[1,2,3]}")]
    [InlineData("a = [1,\n\n2 // two\n,3]", "{a:[1,2,3]}")]
    [InlineData("{ a = 1, b = 2, }", "{a:1,b:2}")]
    [InlineData("a = 1\r\nb = 2\r\n", "{a:1,b:2}")]
    public void A_newline_does_for_a_comma_and_the_last_value_may_have_one(string text, string tree) =>
        Read.Tree(text).ShouldBe(tree);

    [Theory]
    [InlineData("a = [1,2,3,,]")]
    [InlineData("a = [,1,2,3]")]
    [InlineData("a = [1,,2,3]")]
    [InlineData("{ a = 1,, b = 2 }")]
    [InlineData("{ , a = 1 }")]
    [InlineData("{ a = 1,, }")]
    public void Two_commas_in_a_row_and_an_initial_comma_are_invalid(string text) => Read.Error(text);

    [Theory]
    [InlineData("\u00a0a\u2007=\u202f1\u2003")]
    [InlineData("\va\f=\u001c\u001d\u001e\u001f1")]
    [InlineData("a=1\u2028")]
    public void Unicode_separators_and_old_control_characters_are_white_space(string text) =>
        Read.Tree(text).ShouldBe("{a:1}");

    [Theory]
    [InlineData("foo { a = 42 }, foo { b = 43 }", "{foo:{a:42,b:43}}")]
    [InlineData("foo { a = 42 }, foo = null, foo { b = 43 }", "{foo:{b:43}}")]
    [InlineData("foo = 1, foo = 2", "{foo:2}")]
    [InlineData("foo = [1], foo = [2]", "{foo:[2]}")]
    [InlineData("foo { a { x = 1, y = 2 } }, foo { a { y = 3 } }", "{foo:{a:{x:1,y:3}}}")]
    [InlineData("foo { a = 1 }, foo = 5", "{foo:5}")]
    public void Later_keys_override_earlier_ones_unless_both_values_are_objects_which_are_merged(
        string text, string tree) => Read.Tree(text).ShouldBe(tree);

    [Theory]
    [InlineData("a = truefoo", "{a:truefoo}")]
    [InlineData("a = 10.0bar", "{a:10.0bar}")]
    [InlineData("a = bar10.0", "{a:bar10.0}")]
    [InlineData("a = 1e+5", "{a:1e+5}")]
    [InlineData("a = /var/lib/registry-1", "{a:/var/lib/registry-1}")]
    [InlineData("a = 30s", "{a:30s}")]
    [InlineData("a = -1", "{a:-1}")]
    public void Unquoted_strings_are_used_literally(string text, string tree) => Read.Tree(text).ShouldBe(tree);

    [Theory]
    [InlineData('$')]
    [InlineData('+')]
    [InlineData('`')]
    [InlineData('^')]
    [InlineData('?')]
    [InlineData('!')]
    [InlineData('@')]
    [InlineData('*')]
    [InlineData('&')]
    [InlineData('\\')]
    [InlineData(':')]
    [InlineData('=')]
    public void An_unquoted_string_contains_no_forbidden_character(char forbidden)
    {
        var error = Read.Error($"a = b{forbidden}c");

        error.Origin.ShouldBe(new HoconOrigin("test.conf", 1, 6));
        error.Problem.ShouldContain($"'{forbidden}'");
    }

    [Theory]
    [InlineData("a = \"\"\"one\n  \"two\" \\n three\"\"\"", "{a:one\n  \"two\" \\n three}")]
    [InlineData("a = \"\"\"foo\"\"\"\"", "{a:foo\"}")]
    [InlineData("a = \"\"\"\"\"\"", "{a:}")]
    [InlineData("a = \"\"", "{a:}")]
    public void Any_sequence_of_at_least_three_quotes_ends_the_multi_line_string(string text, string tree) =>
        Read.Tree(text).ShouldBe(tree);
}
