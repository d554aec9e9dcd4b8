using Akka.Registry.Calls;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Entries;

namespace Akka.Registry;

/// <summary>What this node, and every other one, holds of an instance.</summary>
internal sealed partial class RegistryActor
{
    void ICallSurroundings.AskMembers(ExplainCall call, TimeSpan timeout)
    {
        Await(call, timeout);
        var request = new ExplainRequest { Request = (ulong)call.Id, Service = call.Key.Service, Instance = call.Key.Instance };
        var frame = Frame.Of(FrameKind.ExplainRequest, request);
        foreach (var node in call.Asked)
        {
            if (node.Uid == Self)
                call.OnAnswer(Self, HoldingHere(call.Key, request.Request));
            else
                Send(node, frame); // Lost: it has not answered.
        }
    }

    private void OnExplain(RegistryMessage.Explain message) => Begin(new ExplainCall(
        this, message.Key, message.Timeout, [.. _members.Members.Where(member => member.IsCurrent)], message.ReplyTo));

    private void OnExplainRequest(NodeIdentity from, ExplainRequest request) => Send(from, Frame.Of(
        FrameKind.ExplainAnswer, HoldingHere(new RecordKey(request.Service, request.Instance), request.Request)));

    private void OnExplainAnswer(NodeIdentity from, ExplainAnswer answer)
    {
        if (_calls.Find((long)answer.Request) is ExplainCall call)
            call.OnAnswer(from.Uid, answer);
    }

    private ExplainAnswer HoldingHere(RecordKey key, ulong request)
    {
        var answer = new ExplainAnswer { Request = request };
        if (_views.Find(key) is not { } entry)
            return answer;
        answer.Held = true;
        answer.Epoch = entry.Epoch;
        (answer.Stamp, answer.StampNode) = (entry.Stamp.Time.Value, entry.Stamp.Node.Value);
        answer.Written = DotCodec.ToWire(entry.Record.Dot);
        (answer.Status, answer.Unverified, answer.Suspect) = ((WireInstanceStatus)entry.Status, entry.Unverified, entry.Suspect);
        if (entry.Owner != Self || _surroundings.Leases.ExpiresAt(key, entry.Epoch) is not { } until)
            return answer;
        var left = until - Now;
        answer.Owned = true;
        answer.ExpiresInMs = (long)left.TotalMilliseconds;
        answer.LastBeatAgeMs = (long)(entry.Ttl - left).TotalMilliseconds;
        return answer;
    }
}
