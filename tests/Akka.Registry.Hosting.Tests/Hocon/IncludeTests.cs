using Akka.Registry.Hosting.Hocon;
using Shouldly;
using Xunit;

namespace Akka.Registry.Hosting.Tests.Hocon;

/// <summary>Sentences of the HOCON specification, "Includes".</summary>
public sealed class IncludeTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("hocon-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData("include \"other.conf\"")]
    [InlineData("include file(\"other.conf\")")]
    [InlineData("include required(file( \"other.conf\" ))")]
    [InlineData("include required(\"other.conf\")")]
    [InlineData("include \"other\"")]
    [InlineData("include\n  \"other.conf\"")]
    [InlineData("include \"sub/up.conf\"")]
    public void The_keys_of_the_included_root_stand_in_for_the_statement(string statement)
    {
        Write("sub/up.conf", "include \"../other.conf\"");
        Write("other.conf", "x = 1");

        Tree($"a = 0\n{statement}\nb = 2").ShouldBe("{a:0,x:1,b:2}");
    }

    [Theory]
    [InlineData("{ foo include : 42 }", "{foo include:42}")]
    [InlineData("{ foo : include }", "{foo:include}")]
    [InlineData("foo = [ include ]", "{foo:[include]}")]
    [InlineData("{ \"include\" : 42 }", "{include:42}")]
    [InlineData("{ includes : 42 }", "{includes:42}")]
    public void Unquoted_include_has_no_special_meaning_if_it_does_not_start_a_key(string text, string tree) =>
        Tree(text).ShouldBe(tree);

    [Theory]
    [InlineData("include : 42")]
    [InlineData("include { a = 1 }")]
    [InlineData("include foo")]
    [InlineData("include \"\"")]
    [InlineData("include \"a\\u0000b\"")]
    [InlineData("include ${foo}")]
    [InlineData("include url(\"http://example.com\")")]
    [InlineData("include file(\"a\"")]
    [InlineData("include \"a\" \"b\"")]
    public void Anything_but_a_quoted_name_after_include_is_invalid(string text) =>
        Should.Throw<HoconException>(() => Tree(text));

    [Fact]
    public void Included_keys_override_earlier_ones_and_are_overridden_by_later_ones()
    {
        Write("other.conf", "a { x = 2, y = 2 }, b = 2");

        Tree("a { x = 1, z = 1 }, b = 1\ninclude \"other.conf\"\nb = 3").ShouldBe("{a:{x:2,z:1,y:2},b:3}");
    }

    [Fact]
    public void Substitutions_are_looked_up_relative_to_the_included_root_first()
    {
        Write("foo.conf", "{ x : 10, y : ${x}, z : ${outside} }");

        Tree("a : { include \"foo.conf\" }\na : { x : 42 }\nx = 0, outside = 7")
            .ShouldBe("{a:{x:42,y:42,z:7},x:0,outside:7}");
    }

    [Fact]
    public void Plus_equals_in_an_included_file_appends_at_the_place_of_inclusion()
    {
        Write("foo.conf", "list += 2");

        Tree("a.list = [1]\nlist = [9]\na { include \"foo.conf\" }").ShouldBe("{a:{list:[1,2]},list:[9]}");
    }

    [Fact]
    public void An_included_file_must_contain_an_object()
    {
        Write("list.conf", "[1]");

        Should.Throw<HoconException>(() => Tree("include \"list.conf\"")).Origin.Line.ShouldBe(1);
    }

    [Fact]
    public void A_missing_file_is_silently_ignored() => Tree("include \"none.conf\"\na = 1").ShouldBe("{a:1}");

    [Fact]
    public void A_missing_file_that_is_required_is_an_error_at_the_statement()
    {
        var error = Should.Throw<HoconException>(() => Tree("a = 1\n  include required(file(\"none.conf\"))"));

        error.Origin.Line.ShouldBe(2);
        error.Origin.Column.ShouldBe(3);
        error.Problem.ShouldContain("none.conf");
    }

    [Fact]
    public void Without_an_extension_json_and_conf_are_loaded_and_conf_is_on_top()
    {
        Write("both.json", """{ "a": 1, "b": 1 }""");
        Write("both.conf", "b = 2");

        Tree("include \"both\"").ShouldBe("{a:1,b:2}");
    }

    [Fact]
    public void Files_that_include_one_another_are_an_error_that_names_the_circle()
    {
        Write("one.conf", "include \"two.conf\"");
        Write("two.conf", "include \"one.conf\"");

        var error = Should.Throw<HoconException>(() => Tree("include \"one.conf\""));

        error.Origin.Source.ShouldEndWith("two.conf");
        error.Problem.ShouldMatch("circle: .*one.conf -> .*two.conf -> .*one.conf");
    }

    [Fact]
    public void An_error_in_an_included_file_names_that_file()
    {
        Write("other.conf", "\n\n  x = ]");

        var origin = Should.Throw<HoconException>(() => Tree("include \"other.conf\"")).Origin;

        origin.Source.ShouldEndWith("other.conf");
        (origin.Line, origin.Column).ShouldBe((3, 7));
    }

    [Fact]
    public void A_text_from_no_file_includes_absolute_paths_only()
    {
        Write("other.conf", "x = 1");
        var absolute = Path.Combine(_directory.FullName, "other.conf");

        Read.Tree($"include \"{absolute}\"").ShouldBe("{x:1}");
        Read.Error("include \"other.conf\"").Remedy.ShouldBe("Write an absolute path.");
    }

    [Fact]
    public void What_is_not_UTF_8_is_an_error()
    {
        File.WriteAllBytes(Path.Combine(_directory.FullName, "latin.conf"), [(byte)'a', (byte)'=', 0xe9]);

        Should.Throw<HoconException>(() => Tree("include \"latin.conf\"")).Problem
            .ShouldContain("is not UTF-8: byte 2");
    }

    private string Tree(string text) => Read.Compact(
        HoconDocument.Parse(text, "root.conf", _directory.FullName, environment: _ => null));

    private void Write(string name, string text)
    {
        var path = Path.Combine(_directory.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
