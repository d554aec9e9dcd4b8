using Shouldly;
using Xunit;

namespace Akka.Registry.Actors.Tests;

public sealed class ActorPathTests
{
    [Fact]
    public void A_path_is_its_segments_behind_slashes()
    {
        var path = ActorPath.Root.Child("user").Child("registry-1");
        path.Text.ShouldBe("/user/registry-1");
        path.Name.ShouldBe("registry-1");
        path.ShouldBe(ActorPath.Root.Child("user").Child("registry-1"));
        ActorPath.Root.Name.ShouldBe("");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("ä")]
    public void A_name_holds_nothing_but_letters_digits_and_a_few_signs(string name) =>
        Should.Throw<ArgumentException>(() => ActorPath.Root.Child(name));

    [Fact]
    public void A_name_has_at_most_128_characters()
    {
        ActorPath.Root.Child(new string('a', 128)).Name.Length.ShouldBe(128);
        Should.Throw<ArgumentException>(() => ActorPath.Root.Child(new string('a', 129)));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/user")]
    [InlineData("/user/orders/$a")]
    public void A_path_reads_what_it_writes(string text)
    {
        ActorPath.TryParse(text, out var path).ShouldBeTrue();
        path.Text.ShouldBe(text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("user")]
    [InlineData("/user/")]
    [InlineData("//user")]
    [InlineData("/us er")]
    public void What_is_no_path_is_not_read(string text) => ActorPath.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void A_path_of_a_stranger_is_bounded()
    {
        var names = string.Concat(Enumerable.Repeat("/" + new string('a', 127), 8));
        ActorPath.TryParse(names, out _).ShouldBeTrue();
        ActorPath.TryParse(names + "/a", out _).ShouldBeFalse();
        ActorPath.TryParse("/" + new string('a', 129), out _).ShouldBeFalse();
    }
}
