using Akka.Registry.Actors;
using Akka.Registry.DistributedData;
using Akka.Registry.Leases;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Leases;

/// <summary>
/// The lease table against a list that looks at every lease at every sweep, over random histories with jumps of time.
/// </summary>
public class LeaseTableModelTests
{
    public sealed record Step(int Kind, int Key, int Amount);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static readonly Gen<Step> Steps =
        from kind in Gen.Choose(0, 19)
        from key in Gen.Choose(0, 7)
        from amount in Gen.Choose(0, 999)
        select new Step(kind, key, amount);

    [Fact]
    public void It_judges_as_a_naive_list_does() =>
        Prop.ForAll(Steps.ArrayOf(300).ToArbitrary(), Run).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    private static void Run(Step[] steps)
    {
        var now = new Instant(5_000_000);
        var table = new LeaseTable(Interval, now);
        var model = new NaiveLeases(now);
        var sweep = new LeaseSweep();
        var ids = new List<LeaseId>();
        foreach (var step in steps)
        {
            var key = new RecordKey(step.Key % 2 == 0 ? "even" : "odd", $"i{step.Key}");
            switch (step.Kind)
            {
                case < 3:
                    var terms = TermsOf(step.Amount);
                    var epoch = (ulong)(step.Amount % 3) + 1;
                    table.Grant(key, epoch, terms, now, out var id, out var ended).ShouldBe(model.Grant(key, epoch, terms, now, out var endedEpoch));
                    ended.Key.Epoch.ShouldBe(endedEpoch);
                    ids.Add(id);
                    break;
                case 3:
                    table.Release(key).Key.Epoch.ShouldBe(model.Release(key));
                    break;
                case < 7:
                    var asked = (ulong)(step.Amount % 4);
                    table.Renew(key, asked, now).Outcome.ShouldBe(model.Renew(key, asked, now));
                    break;
                case < 9 when ids.Count > 0:
                    var stale = ids[step.Amount % ids.Count];
                    var lease = model.Leases.Find(lease => table.Find(new LeaseKey(lease.Key, lease.Epoch)) == stale);
                    table.Renew(stale, now).ShouldBe(lease is not null);
                    lease?.Renew(now);
                    break;
                case 9:
                    var cut = new LeaseKey(key, (ulong)(step.Amount % 3) + 1);
                    table.CutShort(cut, 0, now + Interval).ShouldBe(model.CutShort(cut, now + Interval));
                    break;
                case 10:
                    var held = model.Find(key);
                    table.Hold(held is null ? default : table.Find(held.Name)).ShouldBe(held is { State: LeaseState.Missed });
                    if (held is { State: LeaseState.Missed })
                        held.State = LeaseState.Held;
                    break;
                case 11:
                    var let = model.Find(key);
                    table.LetFall(let is null ? default : table.Find(let.Name)).ShouldBe(let is { State: LeaseState.Held });
                    if (let is { State: LeaseState.Held })
                        let.State = LeaseState.Missed;
                    break;
                default:
                    now += step.Kind switch
                    {
                        < 17 => Interval,
                        17 => TimeSpan.FromMilliseconds(step.Amount),
                        18 => TimeSpan.FromSeconds(step.Amount / 50),
                        _ => TimeSpan.FromHours(step.Amount),
                    };
                    table.Advance(now, sweep);
                    model.ShouldAdvanceAs(now, sweep);
                    sweep.Clear();
                    break;
            }

            model.ShouldAgree(table);
        }
    }

    private static LeaseTerms TermsOf(int amount) => (amount % 5) switch
    {
        0 => new LeaseTerms(TimeSpan.FromSeconds(1), TimeSpan.Zero),
        1 => new LeaseTerms(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(2)),
        2 => new LeaseTerms(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30)),
        3 => new LeaseTerms(TimeSpan.FromMilliseconds(1_234), TimeSpan.FromDays(1)),
        _ => new LeaseTerms(TimeSpan.FromHours(5), TimeSpan.FromSeconds(1)),
    };

    private sealed class NaiveLease(RecordKey key, ulong epoch, LeaseTerms terms, Instant now)
    {
        public RecordKey Key { get; } = key;
        public ulong Epoch { get; } = epoch;
        public LeaseTerms Terms { get; set; } = terms;
        public Instant LastBeat { get; set; } = now;
        public LeaseState State { get; set; }
        public LeaseKey Name => new(Key, Epoch);

        public void Renew(Instant now) => LastBeat = now > LastBeat ? now : LastBeat;
    }

    private sealed class NaiveLeases(Instant start)
    {
        private Instant _swept = start;
        private Instant _asleepUntil = start;
        private TimeSpan _lost;

        public List<NaiveLease> Leases { get; } = [];

        public NaiveLease? Find(RecordKey key) => Leases.Find(lease => lease.Key == key);

        public GrantOutcome Grant(RecordKey key, ulong epoch, LeaseTerms terms, Instant now, out ulong ended)
        {
            ended = 0;
            var known = Find(key);
            if (known?.Epoch > epoch)
                return GrantOutcome.StaleEpoch;
            if (known?.Epoch == epoch)
            {
                known.Terms = terms;
                known.Renew(now);
                return GrantOutcome.Renewed;
            }

            ended = Release(key);
            Leases.Add(new NaiveLease(key, epoch, terms, now));
            return known is null ? GrantOutcome.Begun : GrantOutcome.Replaced;
        }

        public ulong Release(RecordKey key)
        {
            var known = Find(key);
            return known is not null && Leases.Remove(known) ? known.Epoch : 0;
        }

        public BeatOutcome Renew(RecordKey key, ulong epoch, Instant now)
        {
            var known = Find(key);
            if (known is null || epoch > known.Epoch)
                return BeatOutcome.Unknown;
            if (epoch != 0 && epoch < known.Epoch)
                return BeatOutcome.StaleEpoch;
            known.Renew(now);
            return BeatOutcome.Renewed;
        }

        public bool CutShort(LeaseKey key, Instant until)
        {
            var known = Find(key.Key);
            if (known is null || known.Epoch != key.Epoch)
                return false;
            if (known.State == LeaseState.Live && known.LastBeat + known.Terms.Ttl > until)
                known.LastBeat = until - known.Terms.Ttl;
            return true;
        }

        public void ShouldAdvanceAs(Instant now, LeaseSweep sweep)
        {
            var passed = now - _swept;
            if (passed > TimeSpan.FromSeconds(3))
            {
                // A pause during the grace of another one does not use that grace up.
                var left = _asleepUntil + _lost - _swept;
                _lost = passed - Interval > left ? passed - Interval : left;
                _asleepUntil = now;
            }

            _swept = now;
            List<LeaseKey> missed = [], expired = [], revived = [];
            foreach (var lease in Leases.ToArray())
            {
                var notBefore = _asleepUntil + (_lost < lease.Terms.Ttl ? _lost : lease.Terms.Ttl);
                var silentAt = lease.LastBeat + lease.Terms.Ttl;
                if (lease.State != LeaseState.Live && silentAt > now)
                {
                    lease.State = LeaseState.Live;
                    revived.Add(lease.Name);
                }
                else if (lease.State == LeaseState.Live && silentAt <= now && notBefore <= now)
                {
                    lease.State = LeaseState.Missed;
                    missed.Add(lease.Name);
                }
                else if (lease.State == LeaseState.Missed && (silentAt > notBefore ? silentAt : notBefore) + lease.Terms.DeregisterAfter <= now)
                {
                    Leases.Remove(lease);
                    expired.Add(lease.Name);
                }
            }

            ShouldBeTheSame(sweep.Missed, missed);
            ShouldBeTheSame(sweep.Expired, expired);
            ShouldBeTheSame(sweep.Revived, revived);
        }

        public void ShouldAgree(LeaseTable table)
        {
            table.Count.ShouldBe(Leases.Count);
            table.LiveCount.ShouldBe(Leases.Count(lease => lease.State == LeaseState.Live));
            foreach (var service in new[] { "even", "odd" })
                table.LiveCountOf(service).ShouldBe(Leases.Count(lease => lease.State == LeaseState.Live && lease.Key.Service == service));
            foreach (var lease in Leases)
            {
                table.ExpiresAt(lease.Key, lease.Epoch).ShouldBe(lease.LastBeat + lease.Terms.Ttl);
                table.ExpiresAt(lease.Key, lease.Epoch + 1).ShouldBeNull();
            }
        }

        private static void ShouldBeTheSame(List<JudgedLease> judged, List<LeaseKey> expected) =>
            judged.Select(lease => lease.Key).OrderBy(Text).ShouldBe(expected.OrderBy(Text));

        private static string Text(LeaseKey key) => key.Key.Instance;
    }
}
