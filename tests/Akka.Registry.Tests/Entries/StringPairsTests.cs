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

    /// <summary>A few are put in order where they lie, many are sorted: it must not show.</summary>
    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 64)]
    [InlineData(3, 65)]
    [InlineData(4, 3_000)]
    public void Pairs_in_any_order_come_by_key_with_the_last_value_of_each(int seed, int count)
    {
        var random = new Random(seed);
        for (var trial = 0; trial < 20; trial++)
        {
            var model = new SortedDictionary<string, string>(StringComparer.Ordinal);
            var texts = new string[count * 2];
            for (var i = 0; i < texts.Length; i += 2)
            {
                (texts[i], texts[i + 1]) = ($"k{random.Next(count)}", $"{i}");
                model[texts[i]] = texts[i + 1];
            }

            StringPairs.Of(texts).ShouldBe(model);
        }
    }
}
