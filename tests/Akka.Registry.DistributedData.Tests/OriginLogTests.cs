using Shouldly;
using Xunit;
using static Akka.Registry.DistributedData.Tests.Make;

namespace Akka.Registry.DistributedData.Tests;

public class OriginLogTests
{
    [Theory]
    [InlineData(1, 5_000, 0.0)]
    [InlineData(2, 5_000, 0.4)]
    [InlineData(3, 5_000, 0.9)]
    [InlineData(4, 300, 0.5)]
    public void It_holds_what_a_sorted_dictionary_holds(int seed, int steps, double disorder)
    {
        var random = new Random(seed);
        var log = new OriginLog();
        var model = new SortedDictionary<ulong, MapRecord>();
        ulong next = 0;
        for (var step = 0; step < steps; step++)
        {
            next = Math.Max(next, model.Count == 0 ? 0 : model.Keys.Last()) + 1;
            var sequence = random.NextDouble() < disorder ? (ulong)random.Next(1, 4_000) : next;
            if (random.NextDouble() < 0.35 && model.Count > 0)
            {
                var victim = model.Keys.ElementAt(random.Next(model.Count));
                log.Remove(victim).ShouldBe(model.Remove(victim));
                log.Remove(victim).ShouldBeFalse();
            }
            else if (!model.ContainsKey(sequence))
            {
                model.Add(sequence, Live("i", 1, 1, 1, sequence));
                log.Add(model[sequence]);
            }

            if (step % 97 == 0)
                Compare(log, model, random);
        }

        Compare(log, model, random);
        foreach (var sequence in model.Keys.ToList())
            log.Remove(sequence).ShouldBeTrue();
        log.Count.ShouldBe(0);
        log.FirstRecord.ShouldBeNull();
    }

    [Fact]
    public void A_sequence_is_held_once()
    {
        var log = new OriginLog();
        log.Add(Live("i", 1, 1, 1, 5));
        log.Add(Live("i", 1, 1, 1, 9));
        Should.Throw<InvalidOperationException>(() => log.Add(Live("i", 1, 1, 1, 5)));
    }

    private static void Compare(OriginLog log, SortedDictionary<ulong, MapRecord> model, Random random)
    {
        log.Count.ShouldBe(model.Count);
        log.First.ShouldBe(model.Keys.FirstOrDefault());
        log.Last.ShouldBe(model.Keys.LastOrDefault());
        log.FirstRecord.ShouldBeSameAs(model.Values.FirstOrDefault());
        var above = (ulong)random.Next(0, 4_200);
        var upTo = above + (ulong)random.Next(0, 2_000);
        var copy = new List<MapRecord>();
        log.CopyTo(copy, above, upTo);
        copy.ShouldBe(model.Where(pair => pair.Key > above && pair.Key <= upTo).Select(pair => pair.Value), ReferenceEqualityComparer.Instance!);
        log.CountAbove(above).ShouldBe(model.Keys.Count(key => key > above));
        log.Find(above).ShouldBeSameAs(model.GetValueOrDefault(above));
    }
}
