using Akka.Registry.Queries;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Queries;

public class InstanceListTests
{
    /// <summary>A change to one id: put with a mark that tells versions apart, or removed for null.</summary>
    public sealed record Step(string Id, int? Mark);

    private static readonly Gen<Step> Steps =
        from id in Gen.Choose(0, 700)
        from mark in Gen.Choose(0, 4)
        select new Step(IdOf(id), mark == 0 ? null : mark);

    [Fact]
    public void Single_changes_agree_with_a_sorted_dictionary() => Check(steps =>
    {
        var model = new SortedDictionary<string, ServiceEntry>(StringComparer.Ordinal);
        var list = InstanceList.Empty;
        var kept = new List<(InstanceList List, ServiceEntry[] Entries)>();
        foreach (var step in steps)
        {
            if (model.Count % 50 == 0)
                kept.Add((list, list.ToArray()));
            if (step.Mark is { } mark)
                list = list.With(model[step.Id] = Sample.Entry(step.Id, weight: mark));
            else if (model.Remove(step.Id))
                list = list.Without(step.Id);
            else
                list.Without(step.Id).ShouldBeSameAs(list);
        }

        ShouldAgree(list, model);
        foreach (var (before, entries) in kept)
            before.SequenceEqual(entries, ReferenceEqualityComparer.Instance).ShouldBeTrue("a list that was made stays as it is");
    });

    [Fact]
    public void Bulk_changes_agree_with_a_sorted_dictionary() => Check(steps =>
    {
        var model = new SortedDictionary<string, ServiceEntry>(StringComparer.Ordinal);
        var list = InstanceList.Empty;
        foreach (var batch in steps.Chunk(97))
        {
            var before = list;
            var beforeEntries = before.ToArray();
            var builder = list.ToBuilder();
            foreach (var step in batch)
            {
                var known = model.GetValueOrDefault(step.Id);
                if (step.Mark is { } mark)
                    builder.Put(model[step.Id] = Sample.Entry(step.Id, weight: mark)).ShouldBeSameAs(known);
                else
                    builder.Remove(step.Id).ShouldBeSameAs(known);
                model.Remove(step.Mark is null ? step.Id : "");
                builder.Find(step.Id).ShouldBeSameAs(model.GetValueOrDefault(step.Id));
                builder.Count.ShouldBe(model.Count);
            }

            list = builder.ToList();
            builder.Put(Sample.Entry("later"));
            before.SequenceEqual(beforeEntries, ReferenceEqualityComparer.Instance).ShouldBeTrue("a list that was made stays as it is");
            ShouldAgree(list, model);
        }
    });

    [Fact]
    public void A_change_copies_one_chunk_and_the_top_array()
    {
        var list = InstanceList.From(Enumerable.Range(0, 10_000).Select(i => Sample.Entry(IdOf(i))));
        var entry = Sample.Entry(IdOf(5_000));
        list.With(entry);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var next = list.With(entry);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;

        next.Find(entry.Id).ShouldBeSameAs(entry);
        list.ChunkCount.ShouldBe(40);
        bytes.ShouldBeLessThanOrEqualTo((InstanceList.ChunkEntriesMax + list.ChunkCount) * 8 + 100);
    }

    [Fact]
    public void Sorted_loads_fill_their_chunks() =>
        InstanceList.From(Enumerable.Range(0, 1_024).Select(i => Sample.Entry(IdOf(i)))).ChunkCount.ShouldBe(4);

    [Fact]
    public void Removals_leave_no_dust()
    {
        var list = InstanceList.From(Enumerable.Range(0, 4_096).Select(i => Sample.Entry(IdOf(i))));
        var builder = list.ToBuilder();
        for (var i = 0; i < 4_096; i++)
        {
            if (i % 128 == 0)
                continue;
            list = list.Without(IdOf(i));
            builder.Remove(IdOf(i));
        }

        list.Count.ShouldBe(32);
        list.ChunkCount.ShouldBe(1);
        builder.ToList().ChunkCount.ShouldBe(1);
    }

    [Fact]
    public void Pages_continue_behind_an_id_that_is_gone()
    {
        var list = InstanceList.From(Enumerable.Range(0, 600).Select(i => Sample.Entry(IdOf(i)))).Without(IdOf(255)).Without(IdOf(256));

        list.After(IdOf(255)).First().Id.ShouldBe(IdOf(257));
        list.After(IdOf(599)).ShouldBeEmpty();
        list.After("").First().Id.ShouldBe(IdOf(0));
        list.After(null).Count().ShouldBe(598);
        InstanceList.Empty.After("x").ShouldBeEmpty();
    }

    [Fact]
    public void Ids_are_ordered_by_their_code_units() =>
        InstanceList.From([Sample.Entry("b"), Sample.Entry("B"), Sample.Entry("é"), Sample.Entry("a-1"), Sample.Entry("a1")])
            .Select(entry => entry.Id).ShouldBe(["B", "a-1", "a1", "b", "é"]);

    private static string IdOf(int i) => $"i-{i:d5}";

    private static void ShouldAgree(InstanceList list, SortedDictionary<string, ServiceEntry> model)
    {
        list.Count.ShouldBe(model.Count);
        list.SequenceEqual(model.Values, ReferenceEqualityComparer.Instance).ShouldBeTrue();
        foreach (var (id, entry) in model)
            list.Find(id).ShouldBeSameAs(entry);
        list.Find("i-").ShouldBeNull();
        foreach (var id in new[] { IdOf(0), IdOf(350), IdOf(700) })
            list.After(id).Select(entry => entry.Id).ShouldBe(model.Keys.Where(other => string.CompareOrdinal(other, id) > 0));
        (list.ChunkCount * InstanceList.MergeEntriesMax).ShouldBeLessThanOrEqualTo(2 * list.Count + InstanceList.MergeEntriesMax);
    }

    private static void Check(Action<Step[]> property) =>
        Prop.ForAll(Steps.ArrayOf(3_000).ToArbitrary(), property)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(25));
}
