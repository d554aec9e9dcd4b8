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
}
