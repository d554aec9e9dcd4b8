using System.Collections.Immutable;
using Akka.Registry.Actors;

namespace Akka.Registry.Leases;

/// <summary>Why a lease that was held fell after all.</summary>
internal enum HoldExit
{
    /// <summary>So many of the others beat again that what is left is no mass failure.</summary>
    ShareFell,

    /// <summary>The longest hold has passed.</summary>
    MaxHold,
}

/// <summary>Leases of one service that are held from now on.</summary>
internal readonly record struct Quarantine(string Service, ImmutableArray<JudgedLease> Leases, string Reason);

/// <summary>One service's quarantine at one moment.</summary>
/// <param name="Service">The service's name.</param>
/// <param name="Entries">Entries that are held.</param>
/// <param name="Since">When the hold began.</param>
/// <param name="Until">When its last entry falls if nothing happens before.</param>
/// <param name="Reason">What made this node doubt itself, as a sentence for people.</param>
public sealed record QuarantineStatus(string Service, int Entries, Instant Since, Instant Until, string Reason);

/// <summary>What the governor decided at one sweep. Kept and cleared by whoever asks.</summary>
internal sealed class GovernorRuling
{
    /// <summary>Missed now, and believed.</summary>
    public List<JudgedLease> Fall { get; } = [];

    /// <summary>Held from now on; some of them fell shortly before.</summary>
    public List<Quarantine> Hold { get; } = [];

    /// <summary>Held until now.</summary>
    public List<(JudgedLease Lease, HoldExit Exit)> LetFall { get; } = [];

    public void Clear()
    {
        Fall.Clear();
        Hold.Clear();
        LetFall.Clear();
    }
}

/// <summary>
/// The mass-failure governor as a machine: when too many leases fall silent at once, this node doubts itself first.
/// </summary>
/// <remarks>
/// <para>
/// What counts are the leases of this node: lost ones (fell within the window, or are held) against lost and beating
/// ones together, for each service and for all. A service is in doubt while it has lost at least <see
/// cref="GovernorOptions.EntriesMin"/> and its own share, or that of all services, is above <see
/// cref="GovernorOptions.Share"/>. A doubt begins with a loss, never by others' leaving.
/// </para>
/// <para>
/// While a service is in doubt what falls is held, and so is what fell within the window before. A hold ends when the
/// lease beats or ends, when its loss is confirmed, when the service is no more in doubt, or after <see
/// cref="GovernorOptions.MaxHold"/>. What was held and fell counts no more and is not held again for that loss, so
/// every doubt ends. (Eureka's self-preservation counts what is gone for ever, and so can stay on for good:
/// Netflix/eureka#1267.)
/// </para>
/// </remarks>
internal sealed class MassFailureGovernor(GovernorOptions options)
{
    private readonly Dictionary<string, Doubt> _services = [];
    private readonly Queue<Deadline> _falls = new();
    private readonly Queue<Deadline> _holds = new();
    private int _lost;

    /// <summary>Grows when anything is held that was not, or is no more.</summary>
    public int Changes { get; private set; }

    /// <summary>A lease beats again, has ended otherwise than by expiry, or is confirmed to be lost.</summary>
    /// <returns>Whether it was held.</returns>
    public bool Forget(LeaseId lease, string service)
    {
        if (!_services.TryGetValue(service, out var doubt))
            return false;
        var held = doubt.Held.Remove(lease);
        if (held || doubt.Fallen.Remove(lease))
            _lost--;
        if (held)
            Changes++;
        RemoveIfEmpty(service, doubt);
        return held;
    }

    /// <summary>A lease that fell has expired: it still counts within the window, but can be held no more.</summary>
    public void Expire(LeaseId lease, string service)
    {
        if (_services.TryGetValue(service, out var doubt) && doubt.Fallen.TryGetValue(lease, out var fall))
            doubt.Fallen[lease] = fall with { HasExpired = true };
    }

    /// <summary>Decides on what a sweep has found missed, and on what is held.</summary>
    /// <param name="missed">
    /// Found missed by this sweep; they are not among the beating of <paramref name="census"/>.
    /// </param>
    /// <param name="census">The leases that beat.</param>
    /// <param name="now">The sweep's time.</param>
    /// <param name="ruling">Where the decisions are added.</param>
    public void Consider(List<JudgedLease> missed, ILeaseCensus census, Instant now, GovernorRuling ruling)
    {
        if (missed.Count == 0 && _services.Count == 0)
            return;
        PassWindow(now);
        PassMaxHold(now, ruling);
        foreach (var lease in missed)
            AddFall(lease, now);
        var registryInDoubt = IsMassFailure(_lost, _lost + census.LiveCount);
        foreach (var (service, doubt) in _services)
            Judge(service, doubt, registryInDoubt, missed.Count > 0, census, now, ruling);
        foreach (var lease in missed)
        {
            if (_services[lease.Key.Key.Service].Fallen.ContainsKey(lease.Id))
                ruling.Fall.Add(lease);
        }

        foreach (var (service, doubt) in _services)
        {
            doubt.HasNewFalls = false;
            RemoveIfEmpty(service, doubt);
        }
    }

    /// <summary>What is held now, by service.</summary>
    public ImmutableArray<QuarantineStatus> Quarantines() =>
    [
        .. from service in _services
           where service.Value.Held.Count > 0
           orderby service.Key
           select new QuarantineStatus(
               service.Key, service.Value.Held.Count, service.Value.Since, service.Value.Until, service.Value.Reason),
    ];

    private bool IsMassFailure(int lost, int total) => lost >= options.EntriesMin && lost > options.Share * total;

    private void AddFall(JudgedLease lease, Instant now)
    {
        var service = lease.Key.Key.Service;
        if (!_services.TryGetValue(service, out var doubt))
            _services.Add(service, doubt = new Doubt());
        var until = now + options.Window;
        doubt.Fallen.Add(lease.Id, new Loss(lease, until));
        doubt.HasNewFalls = true;
        _lost++;
        _falls.Enqueue(new Deadline(until, lease.Id, service));
    }

    private void PassWindow(Instant now)
    {
        while (_falls.TryPeek(out var fall) && fall.At <= now)
        {
            _falls.Dequeue();
            if (_services.TryGetValue(fall.Service, out var doubt)
                && doubt.Fallen.TryGetValue(fall.Lease, out var loss)
                && loss.Until <= now)
                Forget(fall.Lease, fall.Service);
        }
    }

    private void PassMaxHold(Instant now, GovernorRuling ruling)
    {
        while (_holds.TryPeek(out var hold) && hold.At <= now)
        {
            _holds.Dequeue();
            if (_services.TryGetValue(hold.Service, out var doubt)
                && doubt.Held.TryGetValue(hold.Lease, out var loss)
                && loss.Until <= now
                && options.Rules.HoldsEnd)
            {
                Forget(hold.Lease, hold.Service);
                ruling.LetFall.Add((loss.Lease, HoldExit.MaxHold));
            }
        }
    }

    private void Judge(
        string service, Doubt doubt, bool registryInDoubt, bool newFalls, ILeaseCensus census, Instant now,
        GovernorRuling ruling)
    {
        var lost = doubt.Lost;
        var total = lost + census.LiveCountOf(service);
        var byItself = IsMassFailure(lost, total);
        if (byItself && doubt.HasNewFalls)
            Hold(service, doubt, $"{lost} of {total} leases of '{service}'", now, ruling);
        else if (registryInDoubt && newFalls && lost >= options.EntriesMin)
            Hold(service, doubt, $"{_lost} of {_lost + census.LiveCount} leases of all services", now, ruling);
        else if (!byItself && !(registryInDoubt && lost >= options.EntriesMin) && doubt.Held.Count > 0)
            LetAllFall(doubt, ruling);
    }

    private void Hold(string service, Doubt doubt, string what, Instant now, GovernorRuling ruling)
    {
        var until = now + options.MaxHold;
        var leases = ImmutableArray.CreateBuilder<JudgedLease>(doubt.Fallen.Count);
        doubt.Held.EnsureCapacity(doubt.Held.Count + doubt.Fallen.Count);
        foreach (var loss in doubt.Fallen.Values)
        {
            if (loss.HasExpired)
                continue;
            leases.Add(loss.Lease);
            doubt.Held.Add(loss.Lease.Id, new Loss(loss.Lease, until));
            _holds.Enqueue(new Deadline(until, loss.Lease.Id, service));
        }

        if (leases.Count == 0)
            return;
        foreach (var lease in leases)
            doubt.Fallen.Remove(lease.Id);
        if (doubt.Held.Count == leases.Count)
            doubt.Since = now;
        doubt.Until = until;
        doubt.Reason = $"{what} at this node fell silent within {options.Window.TotalSeconds:0.###} s, "
            + $"more than {options.Share * 100:0.##} %: this node doubts itself first.";
        Changes++;
        ruling.Hold.Add(new Quarantine(service, leases.DrainToImmutable(), doubt.Reason));
    }

    private void LetAllFall(Doubt doubt, GovernorRuling ruling)
    {
        foreach (var loss in doubt.Held.Values)
            ruling.LetFall.Add((loss.Lease, HoldExit.ShareFell));
        _lost -= doubt.Held.Count;
        doubt.Held.Clear();
        Changes++;
    }

    private void RemoveIfEmpty(string service, Doubt doubt)
    {
        if (doubt.Lost == 0)
            _services.Remove(service);
    }

    /// <summary>When a lease leaves the window, or falls; without effect when it is no more where it was.</summary>
    private readonly record struct Deadline(Instant At, LeaseId Lease, string Service);

    /// <summary>A lease that is lost.</summary>
    /// <param name="Lease">Which.</param>
    /// <param name="Until">When it leaves the window, or falls.</param>
    /// <param name="HasExpired">Whether it is gone: it counts, but cannot be held any more.</param>
    private readonly record struct Loss(JudgedLease Lease, Instant Until, bool HasExpired = false);

    /// <summary>One service that has lost leases.</summary>
    private sealed class Doubt
    {
        /// <summary>Fell within the window.</summary>
        public Dictionary<LeaseId, Loss> Fallen { get; } = [];

        public Dictionary<LeaseId, Loss> Held { get; } = [];

        public bool HasNewFalls { get; set; }

        public Instant Since { get; set; }

        public Instant Until { get; set; }

        public string Reason { get; set; } = "";

        public int Lost => Fallen.Count + Held.Count;
    }
}
