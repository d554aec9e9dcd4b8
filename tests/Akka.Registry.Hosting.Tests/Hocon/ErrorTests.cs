using Akka.Registry.Hosting.Hocon;
using Shouldly;
using Xunit;

namespace Akka.Registry.Hosting.Tests.Hocon;

/// <summary>Each error names the line, the column, what was expected and the way out; none takes long.</summary>
public sealed class ErrorTests
{
    private const string TooManyValues = "There are more than 20000 values here once substitutions are filled in.";

    [Theory]
    [InlineData("a = 1 b = 2", 1, 9, "Expected a value, a comma or the end of the line, found '='.")]
    [InlineData("a = host:80", 1, 9, "Expected a value, a comma or the end of the line, found ':'.")]
    [InlineData("a 1", 1, 4, "Expected ':', '=', '+=' or '{' after the key 'a 1', found the end of the text.")]
    [InlineData("a =\n}", 2, 1, "Expected a value, found '}'.")]
    [InlineData("a = \"x\ny\"", 1, 5, "A quoted string is not closed before the end of its line.")]
    [InlineData("\na = \"\"\"x", 2, 5, "A string in triple quotes is not closed before the end of the text.")]
    [InlineData("a = \"\tx\"", 1, 6, "A quoted string holds the control character U+0009, which has to be escaped.")]
    [InlineData("a = \"\\x\"", 1, 6, "A backslash is followed by something that is no escape; expected one of "
        + "\" \\ / b f n r t or u with four hexadecimal digits.")]
    [InlineData(
        "a {\n  b = 1\n", 3, 1,
        "Expected '}' or a key, found the end of the text; the '{' stands at test.conf:1:3.")]
    [InlineData("a = [1 }", 1, 8, "Expected ']', a comma or a newline, found '}'; the '[' stands at test.conf:1:5.")]
    [InlineData("[1]", 1, 1, "The document is a list; expected an object, that is keys with values.")]
    [InlineData("a = ${b}", 1, 5, "${b} is defined neither in the document (before this place, if it refers to itself) "
        + "nor as an environment variable.")]
    public void An_error_names_its_place_and_what_was_expected(string text, int line, int column, string problem)
    {
        var error = Read.Error(text);

        error.Problem.ShouldBe(problem);
        error.Origin.ShouldBe(new HoconOrigin("test.conf", line, column));
        error.Remedy.ShouldNotBeEmpty();
        error.Message.ShouldBe($"test.conf:{line}:{column}: {problem} {error.Remedy}");
    }

    [Theory]
    [InlineData('{')]
    [InlineData('[')]
    public void Nesting_has_a_limit(char opening)
    {
        var text = "a = " + string.Concat(Enumerable.Repeat(opening == '{' ? "{a=" : "[", 100_000));

        Read.Error(text).Problem.ShouldBe("Values are nested more than 32 levels deep.");
    }

    [Fact]
    public void Size_has_a_limit() =>
        Read.Error(new string(' ', HoconLimits.FileBytesMax + 1)).Problem.ShouldBe("The text is larger than 1024 KiB.");

    [Fact]
    public void The_number_of_substitutions_has_a_limit() =>
        Read.Error("x = 1\n" + string.Concat(Enumerable.Repeat("y = ${x}\n", HoconLimits.SubstitutionsMax + 1)))
            .Problem.ShouldBe("There are more than 1000 substitutions.");

    [Fact]
    public void A_chain_of_substitutions_has_a_limit() =>
        Read.Error(string.Concat(Enumerable.Range(0, 900).Select(i => $"k{i} = ${{k{i + 1}}}\n")))
            .Problem.ShouldBe("More than 128 substitutions wait for one another.");

    [Theory]
    [InlineData("k0 = xxxxxxxx", "${{k{0}}}${{k{0}}}", "Concatenation makes more than 4194304 characters.")]
    [InlineData("k0 = [x]", "${{k{0}}}${{k{0}}}", TooManyValues)]
    [InlineData("k0 = [x]", "[${{k{0}}},${{k{0}}}]", TooManyValues)]
    [InlineData(
        "k0 = { a = 1 }", "{{ a = ${{k{0}}}, b = ${{k{0}}} }}",
        TooManyValues)]
    public void Doubling_sixty_times_ends_at_a_limit(string first, string doubled, string problem)
    {
        var lines = Enumerable.Range(0, 60).Select(i => $"k{i + 1} = {string.Format(null, doubled, i)}");

        Read.Error($"{first}\n{string.Join('\n', lines)}").Problem.ShouldBe(problem);
    }
}
