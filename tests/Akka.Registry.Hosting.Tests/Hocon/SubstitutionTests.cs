using Shouldly;
using Xunit;

namespace Akka.Registry.Hosting.Tests.Hocon;

/// <summary>Sentences of the HOCON specification, "Substitutions" with its sections.</summary>
public sealed class SubstitutionTests
{
    [Theory]
    [InlineData("animal.favorite = cat\nkey : ${animal.favorite} is mine", "{animal:{favorite:cat},key:cat is mine}")]
    [InlineData("key : ${animal}\" is mine\"\nanimal = cat", "{key:cat is mine,animal:cat}")]
    [InlineData("a = \"${b}\", b = 1", "{a:${b},b:1}")]
    [InlineData("a = ${b}, b = { c = [1] }", "{a:{c:[1]},b:{c:[1]}}")]
    [InlineData("a = ${b}, b = 1, b = 2", "{a:2,b:2}")]
    [InlineData("a = ${\"b.c\"}, \"b.c\" = 1", "{a:1,b.c:1}")]
    public void Substitutions_look_forward_and_use_the_latest_value(string text, string tree) =>
        Read.Tree(text).ShouldBe(tree);

    [Theory]
    [InlineData("home = ${HOME}/x", "{home:/home/ada/x}")]
    [InlineData("home = ${?NO_SUCH}", "{}")]
    [InlineData("e = ${EMPTY}", "{e:}")]
    [InlineData("home = ${HOME}, HOME = here", "{home:here,HOME:here}")]
    [InlineData("home = ${HOME}, HOME = null", "{home:null,HOME:null}")]
    public void What_is_not_in_the_document_is_looked_up_in_the_environment(string text, string tree) =>
        Read.Tree(text).ShouldBe(tree);

    [Fact]
    public void A_value_from_the_environment_says_so() =>
        Read.Root("home = ${HOME}").Fields["home"].Origin.ToString().ShouldBe("environment variable HOME");

    [Fact]
    public void A_substituted_value_keeps_the_place_that_it_was_written_at() =>
        Read.Root("a = ${b}\n\n  b = 1").Fields["a"].Origin.ToString().ShouldBe("test.conf:3:7");

    [Theory]
    [InlineData("foo = 1, foo = ${?bar}", "{foo:1}")]
    [InlineData("foo = [1, ${?bar}, 2]", "{foo:[1,2]}")]
    [InlineData("foo = a${?bar}b", "{foo:ab}")]
    [InlineData("foo = ${?bar} { a = 1 }", "{foo:{a:1}}")]
    [InlineData("foo = ${?bar} [1]", "{foo:[1]}")]
    [InlineData("foo : ${?bar}", "{}")]
    [InlineData("foo : ${?bar}${?baz}", "{}")]
    public void An_undefined_optional_substitution_leaves_things_as_if_it_were_not_there(string text, string tree) =>
        Read.Tree(text).ShouldBe(tree);

    [Theory]
    [InlineData("a = ${b ? c}")]
    [InlineData("a = ${ ?b}")]
    [InlineData("a = ${${b}}")]
    [InlineData("a = ${b")]
    [InlineData("a = ${b}\nb = ${missing}")]
    public void Broken_and_undefined_substitutions_are_errors(string text) => Read.Error(text);

    [Theory]
    [InlineData("path : \"a:b:c\"\npath : ${path}\":d\"", "{path:a:b:c:d}")]
    [InlineData("a = ${?a}foo", "{a:environmentfoo}")]
    [InlineData("x = ${?x}foo", "{x:foo}")]
    [InlineData("foo : { a : 1 }\nfoo : ${foo}", "{foo:{a:1}}")]
    [InlineData("foo : ${?foo}", "{}")]
    [InlineData("foo : { a : { c : 1 } }\nfoo : ${foo.a}\nfoo : { a : 2 }", "{foo:{a:2,c:1}}")]
    [InlineData("bar : { foo : 42, baz : ${bar.foo} }", "{bar:{foo:42,baz:42}}")]
    [InlineData("bar : { foo : 42, baz : ${bar.foo} }\nbar : { foo : 43 }", "{bar:{foo:43,baz:43}}")]
    [InlineData(
        "bar : { a : ${foo.d}, b : 1 }\nbar.b = 3\nfoo : { c : ${bar.b}, d : 2 }\nfoo.d = 4",
        "{bar:{a:4,b:3},foo:{c:3,d:4}}")]
    [InlineData("b { x = 1 }, b { x = ${b.x}2 }", "{b:{x:12}}")]
    [InlineData("b = { x = 1 } { y = ${b.x}2 }", "{b:{x:1,y:12}}")]
    [InlineData("b = { x = 1 } { x = ${b.x}2 }", "{b:{x:12}}")]
    public void When_a_cycle_would_result_a_substitution_looks_back(string text, string tree) =>
        Read.Tree(text).ShouldBe(tree);

    [Theory]
    [InlineData("foo : ${does-not-exist}\nfoo : 42", "{foo:42}")]
    [InlineData("foo : ${foo}, foo : 42", "{foo:42}")]
    public void A_substitution_that_is_hidden_is_never_evaluated(string text, string tree) =>
        Read.Tree(text).ShouldBe(tree);

    [Theory]
    [InlineData("foo : ${foo}")]
    [InlineData("foo : ${foo}\nfoo : { b : 1 }")]
    [InlineData("bar : ${foo}\nfoo : ${bar}")]
    [InlineData("x : ${y}\ny : ${z}\nz : ${x}")]
    [InlineData("b : { b : ${b} }")]
    [InlineData("b : [${b}]")]
    public void A_cycle_that_cannot_be_broken_is_an_error(string text) => Read.Error(text);

    [Fact]
    public void Of_two_fields_that_refer_to_each_other_both_become_the_same() =>
        Read.Tree("x : 1\ny : 2\nx : ${y}\ny : ${x}").ShouldBeOneOf("{x:1,y:1}", "{x:2,y:2}");

    [Theory]
    [InlineData("b += 1", "{b:[1]}")]
    [InlineData("b += 1\nb += [2]", "{b:[1,[2]]}")]
    [InlineData("b = [0]\nb += 1\nb = [9]\nb += 2", "{b:[9,2]}")]
    [InlineData("base { list = [1] }\nx = ${base}\nx.list += 2\nx.list += 3", "{base:{list:[1]},x:{list:[1,2,3]}}")]
    [InlineData("b += ${c}\nb += ${c}\nc = 1", "{b:[1,1],c:1}")]
    [InlineData("a += 1", "{a:[1]}")]
    public void Plus_equals_appends_to_the_previous_list_which_may_be_missing(string text, string tree) =>
        Read.Tree(text).ShouldBe(tree);

    [Fact]
    public void Plus_equals_after_something_else_than_a_list_is_an_error()
    {
        var error = Read.Error("b = 1\nb += 2");

        error.Message.ShouldBe(
            "test.conf:2:1: '+=' appends to a list, but 'b' is a string (test.conf:1:5). "
            + "Make it a list in square brackets, or assign with '='.");
    }

    [Fact]
    public void Nine_hundred_appends_are_one_list()
    {
        var text = string.Join('\n', Enumerable.Range(0, 900).Select(i => $"b += {i}"));

        Read.Root(text).Fields["b"].Count.ShouldBe(901);
    }
}
