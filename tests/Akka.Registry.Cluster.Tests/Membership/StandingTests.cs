using Akka.Registry.Cluster.Membership;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Akka.Registry.Cluster.Tests.Membership;

public sealed class StandingTests
{
    private static readonly MemberState[] Announced = [MemberState.Joining, MemberState.Up, MemberState.Leaving];

    private static readonly Gen<Standing> Standings =
        from incarnation in Gen.Choose(1, 4)
        from announced in Gen.Elements(Announced)
        from kind in Gen.Choose(0, 3)
        let said = Standing.Announced(announced, (ulong)incarnation)
        select kind switch
        {
            0 => said,
            1 => said.AsSuspect(),
            2 => said.AsDown(),
            _ => Standing.Announced(MemberState.Left, (ulong)incarnation),
        };

    private static Standing Merge(Standing known, Standing candidate) =>
        Standing.Overrides(candidate, known) ? candidate : known;

    [Fact]
    public void The_order_is_total_and_antisymmetric() => Check.QuickThrowOnFailure(Prop.ForAll(
        Standings.Two().ToArbitrary(),
        pair =>
        {
            var (a, b) = pair;
            var either = Standing.Overrides(a, b) ^ Standing.Overrides(b, a);
            return a == b ? !Standing.Overrides(a, b) : either;
        }));

    [Fact]
    public void The_order_is_transitive() => Check.QuickThrowOnFailure(Prop.ForAll(
        Standings.Three().ToArbitrary(),
        three =>
        {
            var (a, b, c) = three;
            return !(Standing.Overrides(a, b) && Standing.Overrides(b, c)) || Standing.Overrides(a, c);
        }));

    [Fact]
    public void Merging_is_commutative_associative_and_idempotent() => Check.QuickThrowOnFailure(Prop.ForAll(
        Standings.Three().ToArbitrary(),
        three =>
        {
            var (a, b, c) = three;
            return Merge(a, b) == Merge(b, a) && Merge(Merge(a, b), c) == Merge(a, Merge(b, c)) && Merge(a, a) == a;
        }));

    [Fact]
    public void Any_order_of_the_same_rumours_ends_in_the_same_standing() => Check.QuickThrowOnFailure(Prop.ForAll(
        Standings.ListOf(8).ToArbitrary(),
        standings => standings.Aggregate(Merge) == Enumerable.Reverse(standings).Aggregate(Merge)));

    [Theory]
    [InlineData(MemberState.Up, 2, MemberState.Down, 1, true)] // Incarnation first: a refutation beats a death.
    [InlineData(MemberState.Up, 1, MemberState.Suspect, 1, false)]
    [InlineData(MemberState.Suspect, 1, MemberState.Up, 1, true)]
    [InlineData(MemberState.Suspect, 1, MemberState.Up, 2, false)] // A stale doubt.
    [InlineData(MemberState.Down, 1, MemberState.Suspect, 1, true)]
    [InlineData(MemberState.Suspect, 2, MemberState.Down, 1, true)]
    [InlineData(MemberState.Left, 1, MemberState.Up, 9, true)] // Final.
    [InlineData(MemberState.Up, 9, MemberState.Left, 1, false)]
    [InlineData(MemberState.Left, 1, MemberState.Down, 1, true)]
    public void Precedence(
        MemberState candidate, ulong candidateIncarnation, MemberState known, ulong knownIncarnation, bool overrides)
    {
        static Standing Of(MemberState state, ulong incarnation) => state switch
        {
            MemberState.Suspect => Standing.Announced(MemberState.Up, incarnation).AsSuspect(),
            MemberState.Down => Standing.Announced(MemberState.Up, incarnation).AsDown(),
            _ => Standing.Announced(state, incarnation),
        };

        Standing.Overrides(Of(candidate, candidateIncarnation), Of(known, knownIncarnation)).ShouldBe(overrides);
    }

    [Fact]
    public void A_fingerprint_knows_member_incarnation_and_announcement_but_no_doubt()
    {
        var up = Standing.Announced(MemberState.Up, 3);
        var uid = new NodeUid(7);

        up.AsSuspect().Fingerprint(uid).ShouldBe(up.Fingerprint(uid));
        up.Fingerprint(new NodeUid(8)).ShouldNotBe(up.Fingerprint(uid));
        Standing.Announced(MemberState.Up, 4).Fingerprint(uid).ShouldNotBe(up.Fingerprint(uid));
        Standing.Announced(MemberState.Leaving, 3).Fingerprint(uid).ShouldNotBe(up.Fingerprint(uid));
    }
}
