using Akka.Registry.Entries;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Entries;

public class StringPairsTests
{
    private readonly StringPairs _pairs = new(["region", "eu", "build", "7"]);

    [Fact]
    public void It_is_a_dictionary_in_the_order_in_which_the_pairs_came()
    {
        _pairs.Count.ShouldBe(2);
        _pairs.ShouldBe([new("region", "eu"), new("build", "7")]);
        _pairs.Keys.ShouldBe(["region", "build"]);
        _pairs.Values.ShouldBe(["eu", "7"]);
        _pairs["build"].ShouldBe("7");
        _pairs.ContainsKey("eu").ShouldBeFalse("a value is no key");
        _pairs.TryGetValue("Region", out _).ShouldBeFalse("case counts");
        Should.Throw<KeyNotFoundException>(() => _pairs["zone"]).Message.ShouldContain("zone");
        StringPairs.Empty.ShouldBeEmpty();
    }
}
