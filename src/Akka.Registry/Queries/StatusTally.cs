using System.Diagnostics;

namespace Akka.Registry.Queries;

/// <summary>Entries by status, counted up and down. Written while a view is made, read-only after.</summary>
internal sealed class StatusTally
{
    private int _instances;
    private int _starting;
    private int _passing;
    private int _warning;
    private int _critical;
    private int _draining;
    private int _outOfService;
    private int _unverified;
    private int _suspect;

    public StatusTally()
    {
    }

    /// <summary>Goes on from another one.</summary>
    public StatusTally(StatusTally other)
    {
        _instances = other._instances;
        _starting = other._starting;
        _passing = other._passing;
        _warning = other._warning;
        _critical = other._critical;
        _draining = other._draining;
        _outOfService = other._outOfService;
        _unverified = other._unverified;
        _suspect = other._suspect;
    }

    /// <summary>Counts an entry in (1) or out (-1); null is none.</summary>
    public void Count(ServiceEntry? entry, int change)
    {
        if (entry is null)
            return;
        _instances += change;
        _unverified += entry.Unverified ? change : 0;
        _suspect += entry.Suspect ? change : 0;
        switch (entry.Status)
        {
            case InstanceStatus.Starting: _starting += change; break;
            case InstanceStatus.Passing: _passing += change; break;
            case InstanceStatus.Warning: _warning += change; break;
            case InstanceStatus.Critical: _critical += change; break;
            case InstanceStatus.Draining: _draining += change; break;
            case InstanceStatus.OutOfService: _outOfService += change; break;
            default: throw new UnreachableException($"No status {entry.Status}.");
        }
    }

    public ServiceSummary Summarize(string name, long revision) =>
        new(name, revision, _instances, _starting, _passing, _warning, _critical, _draining, _outOfService, _unverified, _suspect);
}
