using System.Text.Json;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Server.Json;

namespace Akka.Registry.Server.Api;

/// <summary>What is asked of the cluster.</summary>
internal static class ClusterApi
{
    /// <summary>Shows members and how far each one's registry is, as this node knows it.</summary>
    public static Task Get(ApiCall call)
    {
        var (view, status) = (call.Get<IClusterMembership>().View, call.Get<IReplicatedMap>().Status);
        var picture = new Picture(call.Registry, view, status, call.Get<TimeProvider>().GetInstant());
        return JsonAnswer.Send(call.Http, StatusCodes.Status200OK, picture, static (json, picture) => picture.Write(json));
    }

    /// <summary>Begins a graceful leave: the node hands its leases over, says that it left, and its process ends.</summary>
    public static Task Leave(ApiCall call)
    {
        var self = call.Get<IClusterMembership>().View.Self;
        var lifetime = call.Get<IHostApplicationLifetime>();
        var logger = call.Get<ILoggerFactory>().CreateLogger("Akka.Registry.Server.Api");
        Log.LeaveRequested(logger, call.Http.Connection.RemoteIpAddress?.ToString() ?? "in process");
        call.Http.Response.OnCompleted(() =>
        {
            lifetime.StopApplication();
            return Task.CompletedTask;
        });
        return JsonAnswer.Send(call.Http, StatusCodes.Status202Accepted, self, static (json, self) =>
        {
            json.WriteString("name"u8, self.Name);
            EntryJson.WriteHex(json, "uid"u8, self.Uid.Value);
            json.WriteString("state"u8, "leaving"u8);
        });
    }

    /// <summary>The cluster at one moment.</summary>
    private sealed record Picture(IServiceRegistry Registry, MembershipView View, ReplicationStatus Status, Instant Now)
    {
        public void Write(Utf8JsonWriter json)
        {
            json.WriteString("self"u8, View.Self.Name);
            EntryJson.WriteHex(json, "selfUid"u8, View.Self.Uid.Value);
            json.WriteBoolean("ready"u8, Registry.IsReady);
            json.WriteString("notReadyReason"u8, Registry.IsReady ? null : Registry.NotReadyReason);
            json.WriteBoolean("synchronized"u8, Status.Synchronized);
            json.WriteBoolean("converged"u8, IsConverged());
            json.WriteNumber("revision"u8, Registry.Revision);
            json.WriteString("cursor"u8, Registry.Cursor);
            EntryJson.WriteHex(json, "stateHash"u8, Status.StateHash);
            json.WriteNumber("liveEntries"u8, Status.LiveEntries);
            json.WriteNumber("tombstones"u8, Status.Tombstones);
            json.WriteString("clock"u8, Status.Clock.ToString());
            WriteLag(json);
            WriteGovernor(json);
            json.WriteStartArray("members"u8);
            foreach (var member in View.Members)
                WriteMember(json, member);
            json.WriteEndArray();
        }

        private void WriteLag(Utf8JsonWriter json)
        {
            var lag = Status.Lag;
            json.WriteStartObject("replicationLag"u8);
            EntryJson.WriteDuration(json, "unconfirmed"u8, lag.Unconfirmed);
            json.WriteNumber("confirmations"u8, lag.Confirmations);
            if (lag.Confirmations > 0)
            {
                EntryJson.WriteDuration(json, "median"u8, lag.Median);
                EntryJson.WriteDuration(json, "p99"u8, lag.P99);
                EntryJson.WriteDuration(json, "longest"u8, lag.Longest);
            }

            json.WriteEndObject();
        }

        private void WriteGovernor(Utf8JsonWriter json)
        {
            var held = Registry.Quarantines;
            json.WriteStartObject("governor"u8);
            json.WriteNumber("held"u8, held.Sum(service => service.Entries));
            json.WriteStartArray("services"u8);
            foreach (var service in held)
            {
                json.WriteStartObject();
                json.WriteString("service"u8, service.Service);
                json.WriteNumber("entries"u8, service.Entries);
                EntryJson.WriteDuration(json, "heldFor"u8, Now - service.Since);
                EntryJson.WriteExpiresIn(json, service.Until - Now);
                json.WriteString("reason"u8, service.Reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        private void WriteMember(Utf8JsonWriter json, Member member)
        {
            var node = member.Node;
            var isSelf = node.Uid == View.Self.Uid;
            var peer = PeerOf(node.Uid);
            json.WriteStartObject();
            json.WriteString("name"u8, node.Name);
            EntryJson.WriteHex(json, "uid"u8, node.Uid.Value);
            json.WriteString("address"u8, node.Address.ToString());
            json.WriteString("httpUrl"u8, node.HttpUrl);
            json.WriteString("zone"u8, node.Zone);
            json.WriteString("version"u8, node.Version);
            json.WriteString("state"u8, StateText.Utf8(member.State));
            EntryJson.WriteWhole(json, "incarnation"u8, member.Incarnation);
            json.WriteBoolean("isSelf"u8, isSelf);
            WriteVector(json, isSelf ? Status.Vector : peer?.Vector);
            WriteHash(json, isSelf ? Status.StateHash : peer?.StateHash);
            if (isSelf)
                json.WriteBoolean("inStep"u8, true);
            else if (peer is null)
                json.WriteNull("inStep"u8);
            else
                json.WriteBoolean("inStep"u8, IsInStep(peer));
            if (peer is null)
                json.WriteNull("clockOffset"u8);
            else
                EntryJson.WriteDuration(json, "clockOffset"u8, peer.ClockOffset);
            json.WriteEndObject();
        }

        private static void WriteVector(Utf8JsonWriter json, VersionVector? vector)
        {
            if (vector is null)
            {
                json.WriteNull("vector"u8);
                return;
            }

            json.WriteStartObject("vector"u8);
            foreach (var entry in vector)
                json.WriteNumber(entry.Origin.ToString(), entry.Sequence);
            json.WriteEndObject();
        }

        private static void WriteHash(Utf8JsonWriter json, ulong? hash)
        {
            if (hash is { } known)
                EntryJson.WriteHex(json, "stateHash"u8, known);
            else
                json.WriteNull("stateHash"u8);
        }

        /// <summary>Every current member is known to hold exactly what this node holds.</summary>
        private bool IsConverged()
        {
            if (!Status.Synchronized)
                return false;
            foreach (var member in View.Members)
            {
                if (!member.IsCurrent || member.Node.Uid == View.Self.Uid)
                    continue;
                if (PeerOf(member.Node.Uid) is not { } peer || !IsInStep(peer))
                    return false;
            }

            return true;
        }

        private bool IsInStep(PeerStatus peer) => peer.StateHash == Status.StateHash && Status.Vector.Equals(peer.Vector);

        private PeerStatus? PeerOf(NodeUid uid)
        {
            foreach (var peer in Status.Peers)
            {
                if (peer.Node == uid)
                    return peer;
            }

            return null;
        }
    }
}
