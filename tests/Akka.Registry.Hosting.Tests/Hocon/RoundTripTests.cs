using Akka.Registry.Hosting.Hocon;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using System.Text;
using Xunit;

namespace Akka.Registry.Hosting.Tests.Hocon;

public sealed class RoundTripTests
{
    private const int FuzzSeed = 20_251_107;
    private const int FuzzRounds = 10_000;

    [Fact]
    public void Any_tree_written_in_any_way_parses_to_the_same_tree() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<int>(),
            seed =>
            {
                var random = new RandomTree(seed);
                var tree = random.Fields();
                var text = random.Write(tree);
                return (Read.Tree(text) == RandomTree.Compact(tree)).Label(text);
            })
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    /// <summary>
    /// Texts with characters taken out, put in and copied: whatever the result, it is a tree or an error with a place.
    /// </summary>
    [Fact]
    public void Damaged_text_is_a_tree_or_a_HoconException_and_nothing_else()
    {
        const string characters = "{}[]:=,+#\"\\$?.\n \t/aé\0\ufeff\ud800";
        string[] corpus =
        [
            "a = 1\nb { c = [1, 2, { d = \"x\" }], e = ${a}${?b.c} }\nb.c += 3\n",
            "include \"/nowhere/x\"\na = \"\"\"t\"\"\" // c\nx = ${x} ${?y} { z = ${x.z} }\nx += ${x}",
            "a : ${b}, b : ${c}, c : { d : ${?a.d} 1 }, \"q.r\".s = [ ${a} ${b} ] # end",
        ];
        var random = new Random(FuzzSeed);
        var (trees, errors) = (0, 0);

        for (var round = 0; round < FuzzRounds; round++)
        {
            var text = new StringBuilder(corpus[random.Next(corpus.Length)]);
            for (var change = 1 + random.Next(6); change > 0 && text.Length > 0; change--)
            {
                var at = random.Next(text.Length);
                switch (random.Next(3))
                {
                    case 0: text.Remove(at, Math.Min(random.Next(1, 8), text.Length - at)); break;
                    case 1: text.Insert(at, characters[random.Next(characters.Length)]); break;
                    default: text.Insert(at, text.ToString(at, Math.Min(random.Next(24), text.Length - at))); break;
                }
            }

            try
            {
                HoconDocument.Parse(text.ToString(), environment: _ => null);
                trees++;
            }
            catch (HoconException error)
            {
                error.Origin.Line.ShouldBePositive();
                errors++;
            }
            catch (Exception other)
            {
                throw new ShouldAssertException($"seed {FuzzSeed}, round {round}: {text}", other);
            }
        }

        trees.ShouldBeGreaterThan(100);
        errors.ShouldBeGreaterThan(100);
    }
}
