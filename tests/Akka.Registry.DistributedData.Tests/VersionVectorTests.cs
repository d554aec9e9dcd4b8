using Akka.Registry.Contracts;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using static Akka.Registry.DistributedData.Tests.Make;

namespace Akka.Registry.DistributedData.Tests;

public class VersionVectorTests
{
    private static readonly Arbitrary<VersionVector> Vectors = Gen.ListOf(
        from origin in Gen.Choose(1, 6)
        from sequence in Gen.Choose(1, 300)
        select (Origin: (ulong)origin, Sequence: (ulong)sequence)).Select(entries => Vector([.. entries])).ToArbitrary();

    [Fact]
    public void Merging_is_commutative_associative_and_idempotent() =>
        Prop.ForAll(Vectors, Vectors, Vectors, (a, b, c) =>
            a.Merge(b).Equals(b.Merge(a)) && a.Merge(b).Merge(c).Equals(a.Merge(b.Merge(c))) && a.Merge(a).Equals(a)).QuickCheckThrowOnFailure();

    [Fact]
    public void A_merge_is_the_least_vector_that_covers_both() =>
        Prop.ForAll(Vectors, Vectors, (a, b) =>
        {
            var merged = a.Merge(b);
            return merged.Covers(a) && merged.Covers(b) && merged.All(entry => entry.Sequence == Math.Max(a[entry.Origin], b[entry.Origin]));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Covering_is_covering_each_write() =>
        Prop.ForAll(Vectors, Vectors, (a, b) =>
            a.Covers(b) == b.All(entry => a.Covers(new Dot(entry.Origin.Node, entry.Sequence, entry.Origin.Life)))).QuickCheckThrowOnFailure();

    [Fact]
    public void The_wire_brings_the_vector_back() =>
        Prop.ForAll(Vectors, vector =>
            VersionVector.TryFromWire(WireVector.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(vector.ToWire())), out var wired)
            && wired.Equals(vector) && wired.GetHashCode() == vector.GetHashCode()).QuickCheckThrowOnFailure();

    [Fact]
    public void An_entry_is_set_lowered_and_taken_out()
    {
        var vector = Vector((2, 5), (1, 7), (9, 1));
        vector.ToString().ShouldBe("{0000000000000001:7, 0000000000000002:5, 0000000000000009:1}");
        vector.With(Uid(2), 3)[Uid(2)].ShouldBe(3ul);
        vector.With(Uid(2), 0).Count.ShouldBe(2);
        vector.With(Uid(5), 0).ShouldBeSameAs(vector);
        vector[Uid(3)].ShouldBe(0ul);
    }

    [Fact]
    public void The_wire_is_read_as_strictly()
    {
        WireVector Wire(ulong[] origins, ulong[] sequences)
        {
            var wire = new WireVector();
            wire.Origins.AddRange(origins);
            wire.Sequences.AddRange(sequences);
            wire.Lives.AddRange(Enumerable.Repeat(1u, origins.Length));
            return wire;
        }

        VersionVector.TryFromWire(null, out var empty).ShouldBeTrue();
        empty.ShouldBeSameAs(VersionVector.Empty);
        VersionVector.TryFromWire(Wire([1, 2], [1, 1]), out _).ShouldBeTrue();
        VersionVector.TryFromWire(Wire([1, 2], [1]), out _).ShouldBeFalse();
        VersionVector.TryFromWire(Wire([2, 1], [1, 1]), out _).ShouldBeFalse();
        VersionVector.TryFromWire(Wire([0], [1]), out _).ShouldBeFalse();
        VersionVector.TryFromWire(Wire([1], [0]), out _).ShouldBeFalse();
        VersionVector.TryFromWire(Wire([.. Enumerable.Range(1, VersionVector.OriginsMax + 1).Select(i => (ulong)i)],
            [.. Enumerable.Repeat(1ul, VersionVector.OriginsMax + 1)]), out _).ShouldBeFalse();
    }
}
