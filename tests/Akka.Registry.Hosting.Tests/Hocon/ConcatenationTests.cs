using Akka.Registry.Hosting.Hocon;
using Shouldly;
using Xunit;

namespace Akka.Registry.Hosting.Tests.Hocon;

/// <summary>Sentences of the HOCON specification, "Value concatenation" to "Paths as keys".</summary>
public sealed class ConcatenationTests
{
    [Theory]
    [InlineData("a =  foo  bar baz  ", "{a:foo  bar baz}")]
    [InlineData("a = foo \"bar \" 1 true null", "{a:foo bar  1 true null}")]
    [InlineData("a = ${n}e", "{a:1.50e,n:1.50}", "\nn = 1.50")]
    [InlineData("a = [ 1 2 3 4 ]", "{a:[1 2 3 4]}")]
    [InlineData("a = \"x\"\"y\"", "{a:xy}")]
    public void White_space_between_simple_values_is_preserved_and_they_become_one_string(
        string text, string tree, string more = "") => Read.Tree(text + more).ShouldBe(tree);

    [Theory]
    [InlineData("a : { b : 1, c : 2 }")]
    [InlineData("a : { b : 1 } { c : 2 }")]
    [InlineData("a : { b : 1 }\na : { c : 2 }")]
    [InlineData("a : { b : 1 }\na : ${a} { c : 2 }")]
    public void Several_ways_to_define_the_same_object(string text) => Read.Tree(text).ShouldBe("{a:{b:1,c:2}}");

    [Theory]
    [InlineData("a : [ 1, 2, 3, 4 ]")]
    [InlineData("a : [ 1, 2 ] [ 3, 4 ]")]
    [InlineData("a : [ 1, 2 ]\na : ${a} [ 3, 4 ]")]
    [InlineData("a : [ 1, 2 ]\na += 3\na += 4")]
    public void Several_ways_to_define_the_same_list(string text) => Read.Tree(text).ShouldBe("{a:[1,2,3,4]}");

    [Fact]
    public void A_common_use_of_object_concatenation_is_inheritance() =>
        Read.Tree("""
            data-center-generic = { cluster-size = 6, name = none }
            data-center-east = ${data-center-generic} { name = "east" }
            """).ShouldBe(
                "{data-center-generic:{cluster-size:6,name:none},data-center-east:{cluster-size:6,name:east}}");

    [Theory]
    [InlineData("a = [ [ 1, 2 ] [ 3, 4 ] ]", "{a:[[1,2,3,4]]}")]
    [InlineData("a = [ [ 1, 2 ]\n [ 3, 4 ] ]", "{a:[[1,2],[3,4]]}")]
    public void Newlines_between_prevent_concatenation(string text, string tree) => Read.Tree(text).ShouldBe(tree);

    [Theory]
    [InlineData("a = [1] { b = 2 }")]
    [InlineData("a = { b = 2 } [1]")]
    [InlineData("a = [1] x")]
    [InlineData("a = x { b = 1 }")]
    [InlineData("a = null { b = 1 }")]
    [InlineData("l = [1]\na = ${l} x")]
    public void It_is_an_error_if_they_are_mixed(string text) => Read.Error(text);

    [Theory]
    [InlineData("foo.bar : 42", "{foo:{bar:42}}")]
    [InlineData("foo.bar.baz : 42", "{foo:{bar:{baz:42}}}")]
    [InlineData("a.x : 42, a.y : 43", "{a:{x:42,y:43}}")]
    [InlineData("a b c : 42", "{a b c:42}")]
    [InlineData("true : 42", "{true:42}")]
    [InlineData("3 : 42", "{3:42}")]
    [InlineData("3.14 : 42", "{3:{14:42}}")]
    [InlineData("10.0foo = 1", "{10:{0foo:1}}")]
    [InlineData("foo10.0 = 1", "{foo10:{0:1}}")]
    [InlineData("foo\"10.0\" = 1", "{foo10.0:1}")]
    [InlineData("1.2.3 = 1", "{1:{2:{3:1}}}")]
    [InlineData("foo.bar.\"hello.world\" = 1", "{foo:{bar:{hello.world:1}}}")]
    [InlineData("a.\"\".b = 1", "{a:{:{b:1}}}")]
    [InlineData("\"\" = 1", "{:1}")]
    public void Dots_outside_quoted_strings_are_path_separators(string text, string tree) =>
        Read.Tree(text).ShouldBe(tree);

    [Theory]
    [InlineData("a..b = 1")]
    [InlineData(".a = 1")]
    [InlineData("a. = 1")]
    [InlineData(". = 1")]
    [InlineData("a = ${b..c}")]
    [InlineData("a = ${}")]
    [InlineData("= 1")]
    [InlineData("${a} = 1")]
    [InlineData("[a] = 1")]
    public void An_empty_path_element_must_be_quoted_and_a_key_holds_no_structure(string text) => Read.Error(text);

    [Fact]
    public void A_dotted_key_counts_each_element_as_a_level()
    {
        var deep = string.Join('.', Enumerable.Repeat("a", HoconLimits.DepthMax));

        Read.Root($"{deep} = 1").Depth.ShouldBe(HoconLimits.DepthMax);
        Read.Error($"{deep}.a = 1").Problem.ShouldBe("A key has more than 32 elements.");
    }
}
