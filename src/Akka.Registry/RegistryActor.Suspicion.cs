using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Entries;
using Akka.Registry.Suspicion;

namespace Akka.Registry;

/// <summary>Failure reports of clients: counted by the owner of the instance, whose word goes into the record.</summary>
internal sealed partial class RegistryActor : ISuspicionSource
{
    private const int ReportsPerFrame = 256;
    private const string ReportTimer = "reports";

    /// <summary>Long enough to put reports of one failure together, short against the second within which it is to be known.</summary>
    private static readonly TimeSpan ReportDelay = TimeSpan.FromMilliseconds(20);

    private readonly SuspicionBook _suspicion;
    private readonly ReportPost _reportPost = new(ReportsPerFrame);
    private readonly LogGate _suspectedGate = new(LogInterval);
    private readonly LogGate _clearedGate = new(LogInterval);

    ServiceEntry? ISuspicionSource.FindOwned(RecordKey key) => Owned(_views.Find(key));

    Instant? ISuspicionSource.LastBeat(ServiceEntry entry) =>
        _surroundings.Leases.ExpiresAt(entry.Record.Key, entry.Epoch) is { } until ? until - entry.Ttl : null;

    private ServiceEntry? Owned(ServiceEntry? entry) => entry?.Owner == Self ? entry : null;

    private void OnReportFailures(RegistryMessage.ReportFailures message)
    {
        var taken = 0;
        foreach (var report in message.Reports)
        {
            if (_views.Find(report.Key) is { } entry && (report.Epoch is null || report.Epoch == entry.Epoch)
                && TakeReport(entry, message.Reporter))
                taken++;
        }

        _surroundings.Metrics.FailuresReported(taken);
        WriteSuspicions();
        message.ReplyTo.Tell(RegistryReply.Of(taken));
    }

    private bool TakeReport(ServiceEntry entry, ulong reporter)
    {
        var followers = _hub.FollowersOf(entry.Service);
        if (entry.Owner == Self)
            return Count(entry, new ReportSource(reporter, Self, followers));
        if (_members.Find(entry.Owner) is not { IsCurrent: true } owner)
            return false;       // Nobody judges it now: it is unverified anyway.
        var isFirst = !_reportPost.HasCollected;
        var isFull = _reportPost.Collect(owner.Node, new ForwardedReport
        {
            Service = entry.Service,
            Instance = entry.Id,
            Epoch = entry.Epoch,
            Reporter = reporter,
            Followers = (uint)followers,
        });
        if (isFull)
            SendReports();
        else if (isFirst)
            Context.StartTimer(ReportTimer, new RegistryMessage.SendReports(), ReportDelay);
        return true;
    }

    private bool Count(ServiceEntry entry, ReportSource report)
    {
        var isTaken = _suspicion.Report(entry, report, Now);
        if (!isTaken)
            _surroundings.Metrics.ReportDropped();
        return isTaken;
    }

    private void SendReports()
    {
        foreach (var (to, reports) in _reportPost.Take())
            Send(to, Frame.Of(FrameKind.ForwardedReports, reports)); // Lost: who still fails reports again.
    }

    private void OnForwardedReports(NodeIdentity from, ForwardedReports message)
    {
        if (message.Reports.Count is 0 or > ReportsPerFrame)
        {
            Report(FrameKind.ForwardedReports, from, $"it holds {message.Reports.Count} reports");
            return;
        }

        foreach (var report in message.Reports)
        {
            // What has gone elsewhere meanwhile is reported again, to whoever owns it then.
            if (Owned(_views.Find(new RecordKey(report.Service, report.Instance))) is { } entry
                && (report.Epoch == 0 || report.Epoch == entry.Epoch))
                Count(entry, new ReportSource(report.Reporter, from.Uid, (int)Math.Min(report.Followers, int.MaxValue)));
        }

        WriteSuspicions();
    }

    /// <summary>An entry is shown otherwise than before: suspicion goes on from what its record says.</summary>
    private void ObserveSuspect(RecordKey key, ServiceEntry? entry)
    {
        if (_suspicion.Count > 0 || entry is { Suspect: true })
            _suspicion.Observe(key, Owned(entry), Now);
        if (_suspicion.Verdicts.Count > 0)
            WriteSuspicions();
    }

    private void MindSuspects()
    {
        var now = Now;
        _suspicion.Tick(now);
        WriteSuspicions();
        while (_suspicion.Next(now) is { } request)
        {
            var silent = new ProbeResults { Batch = request.Batch };
            Context.PipeTo(
                _bench.ProbeAsync(request),
                results => new RegistryMessage.SuspectsProbed(results),
                _ => new RegistryMessage.SuspectsProbed(silent)); // A probe never fails; were it to, that is silence.
        }
    }

    private void OnSuspectsProbed(RegistryMessage.SuspectsProbed probed)
    {
        _suspicion.OnProbed(probed.Results, Now);
        _suspicion.Tick(Now);
        WriteSuspicions();
    }

    private void WriteSuspicions()
    {
        while (_suspicion.Verdicts.TryDequeue(out var verdict))
        {
            var entry = verdict.Entry;
            var value = InstanceCodec.Parse(entry.Record);
            value.Suspect = verdict.IsSuspect;
            // As any verdict of an owner: just above what it judges, so that it loses to whatever the instance did since.
            _ledger.Writes.Enqueue(
                new MapWrite.Replace(entry.Record.Key, entry.Record.Order, Revive: false, InstanceCodec.Encode(value)) { IsVerdict = true });
            if (!verdict.IsAgain)
                Tell(verdict);
        }

        _surroundings.Suspects = _suspicion.SuspectCount;
    }

    private void Tell(SuspicionVerdict verdict)
    {
        var (service, instance) = (verdict.Entry.Service, verdict.Entry.Id);
        if (verdict.IsSuspect)
        {
            _surroundings.Metrics.Suspected();
            if (_suspectedGate.Opens(Now, out var count))
                Log.Suspected(_logger, count, service, instance, verdict.Reporters, verdict.Followers);
        }
        else
        {
            _surroundings.Metrics.SuspicionCleared();
            if (_clearedGate.Opens(Now, out var count))
                Log.SuspicionCleared(_logger, count, service, instance, verdict.Lasted);
        }
    }
}
