using Akka.Registry.Actors;
using Akka.Registry.Calls;
using Akka.Registry.Checks;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Tracing;
using Microsoft.Extensions.Logging;

namespace Akka.Registry;

/// <summary>Checks of the entries that this node owns.</summary>
internal sealed partial class RegistryActor
{
    /// <summary>With the first check: a node without has no actor of them.</summary>
    private IActorRef<CheckMessage> StartChecks()
    {
        var life = _life;
        var machine = new CheckMachine(_surroundings.Options.Checks, _surroundings.CheckOutputs, Now);
        var bench = new CheckBench(_surroundings.Checks, _views);
        return Context.ActorOf(
            CheckActor.Props(
                machine,
                bench,
                Context.Adapt<CheckVerdicts>(told => new RegistryMessage.ChecksJudged(life, told)),
                _surroundings.Metrics.Checks,
                _surroundings.LoggerFactory.CreateLogger<CheckActor>()),
            "checks");
    }

    private void OnChangeCheck(RegistryMessage.ChangeCheck message) =>
        Begin(new CheckCall(this, message.Key, message.Epoch, message.Change, mayForward: true, CallerOf(message.ReplyTo)), message.Span);

    private void OnForwardedCheck(NodeIdentity from, ForwardedStatus message, WireCheckChange wire)
    {
        if (CheckChange.Read(wire) is not { } change)
        {
            Report(FrameKind.ForwardedStatus, from, "it changes a check in a way that makes no sense");
            return;
        }

        var key = new RecordKey(message.Service, message.Instance);
        var span = RegistryTracing.ServeForwarded(nameof(ForwardedStatus), message.Traceparent, key, from, _surroundings.Self);
        Begin(
            new CheckCall(
                this, key, message.Epoch == 0 ? null : message.Epoch, change, mayForward: false, PeerCaller(from, message.Request, span)),
            span);
    }

    private void OnChecksJudged(RegistryMessage.ChecksJudged judged)
    {
        if (judged.Life != _life)
            return;
        foreach (var verdict in judged.Told.Verdicts)
        {
            if (_checks.Judge(verdict, _views.Find(verdict.Key), WallClock) && verdict is CheckVerdict.Reaped)
                Log.EntryReaped(_logger, verdict.Key, verdict.CheckId);
        }
    }

    /// <summary>
    /// Whether this node knows by a check that it runs itself that an instance without a lease is well: it is heard of, as if it had beaten.
    /// </summary>
    private static bool VouchesFor(ServiceEntry entry) =>
        !entry.NeedsBeats && entry.ChecksStatus != InstanceStatus.Critical && entry.Checks.Any(check => check.Definition is CheckDefinition.Active);
}
