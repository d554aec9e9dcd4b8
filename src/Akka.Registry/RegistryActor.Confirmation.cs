using System.Collections.Immutable;
using Akka.Registry.Cluster;
using Akka.Registry.Confirmation;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Leases;

namespace Akka.Registry;

/// <summary>Confirmation of what the governor holds: probes of this node, for itself and for others.</summary>
internal sealed partial class RegistryActor
{
    private readonly LossInquiry _inquiry;
    private readonly ProbeBench _bench;

    /// <summary>An entry is shown otherwise than before: it may be held from now on, or no more.</summary>
    private void ObserveHeld(RecordKey key, ServiceEntry? entry)
    {
        if (_inquiry.Count > 0 || entry is { Unverified: true })
            _inquiry.Observe(key, entry, Now);
    }

    private void Inquire()
    {
        var now = Now;
        ConfirmLost(_inquiry.Expire(now));
        foreach (var order in _inquiry.Next(_members, now))
        {
            if (order.To.Uid == Self)
                Probe(_surroundings.Self, order.Request);
            else
                Send(order.To, Frame.Of(FrameKind.ProbeRequest, order.Request)); // Lost: that member is silent.
        }
    }

    private void OnProbeRequest(NodeIdentity from, ProbeRequest request)
    {
        if (request.Targets.Count is 0 or > LossInquiry.BatchMax)
            Report(FrameKind.ProbeRequest, from, $"it holds {request.Targets.Count} addresses");
        else
            Probe(from, request);
    }

    private void Probe(NodeIdentity asker, ProbeRequest request)
    {
        var nothing = new ProbeResults { Batch = request.Batch };
        Context.PipeTo(
            _bench.ProbeAsync(request),
            results => new RegistryMessage.Probed(asker, results),
            _ => new RegistryMessage.Probed(asker, nothing)); // A probe never fails; were it to, that is silence.
    }

    private void OnProbed(RegistryMessage.Probed probed)
    {
        if (probed.Asker.Uid == Self)
            OnProbeResults(_surroundings.Self, probed.Results);
        else
            Send(probed.Asker, Frame.Of(FrameKind.ProbeResults, probed.Results));
    }

    private void OnProbeResults(NodeIdentity from, ProbeResults results) => ConfirmLost(_inquiry.OnResults(from.Uid, results));

    private void ConfirmLost(ImmutableArray<LeaseKey> leases)
    {
        if (leases.Length > 0)
            _scheduler.Tell(new SchedulerMessage.ConfirmLost(leases));
    }
}
