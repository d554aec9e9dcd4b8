using System.Collections.Concurrent;
using System.Net;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Akka.Registry.Routing;
using Akka.Registry.Security;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Sessions;

/// <summary>Where clients' sessions begin: looks at who comes, and gives each a session of its own.</summary>
internal sealed class SessionDoor(
    ServiceRegistry registry, RegistryAccess access, RegistrySurroundings surroundings, ActorSystem system, TimeProvider time) : ISessionSink
{
    private const int ClientNameLengthMax = 256;

    private readonly ConcurrentDictionary<ClientSession, bool> _open = new();
    private int _watches;
    private readonly ILogger _logger = surroundings.LoggerFactory.CreateLogger<SessionDoor>();

    /// <inheritdoc/>
    public async Task ServeAsync(ISessionLink link, Frame hello, CancellationToken stop)
    {
        var client = "";
        RegistrySession session;
        ulong reporter;
        GuardedRegistry? guard;
        try
        {
            var said = hello.Read(SessionHello.Parser);
            if (Objection(said, link, out guard) is { } objection)
            {
                await link.RefuseAsync(objection);
                return;
            }

            client = said.Client.Length > 0 ? said.Client : link.Remote?.ToString() ?? "client";
            session = registry.Open(client);
            reporter = said.Identity != 0 ? said.Identity : StableHash.Of(surroundings.Self.Uid.Value, session.Number);
        }
        catch (InvalidProtocolBufferException)
        {
            await link.RefuseAsync("SessionHello cannot be read");
            return;
        }
        catch (RegistryException refusal)
        {
            await link.RefuseAsync(refusal.Message);
            return;
        }

        Log.SessionOpened(_logger, client, link.Remote);
        var serving = new ClientSession(session, reporter, registry, guard, surroundings, link, time, _logger);
        _open.TryAdd(serving, true);
        try
        {
            // A node without clients has nobody to tell.
            if (Interlocked.Exchange(ref _watches, 1) == 0)
                surroundings.Membership.Subscribe(system.ActorOf(Props.Of(() => new MemberWatch(this)), "sessions"));
            await serving.RunAsync(stop);
        }
        finally
        {
            _open.TryRemove(serving, out _);
        }
    }

    private string? Objection(SessionHello hello, ISessionLink link, out GuardedRegistry? guard)
    {
        guard = null;
        if (hello.Magic != WireProtocol.Magic)
            return "this is not the registry's protocol";
        if (hello.ProtocolMin > WireProtocol.Max || hello.ProtocolMax < WireProtocol.Min)
        {
            return $"wire versions {hello.ProtocolMin} to {hello.ProtocolMax} are not spoken here, "
                + $"but {WireProtocol.Min} to {WireProtocol.Max}";
        }

        if (access.IsOn && !IsAdmitted(hello, link, out guard, out var objection))
            return objection;   // Before all that tells about the cluster.
        if (hello.Cluster.Length > 0 && !string.Equals(hello.Cluster, surroundings.Options.Cluster.Name, StringComparison.Ordinal))
            return "the cluster name differs";
        if (hello.Client.Length > ClientNameLengthMax || hello.Client.Any(char.IsControl))
            return $"the client's name is none of at most {ClientNameLengthMax} printable characters";
        return surroundings.SessionsRefused;
    }

    private bool IsAdmitted(SessionHello hello, ISessionLink link, out GuardedRegistry? guard, out string objection)
    {
        if (hello.Token.Length > TokenHash.TokenLengthMax)
        {
            (guard, objection) = (null, $"a token has at most {TokenHash.TokenLengthMax} bytes");
            return false;
        }

        var visit = new Visit("session", (link.Remote as IPEndPoint)?.Address);
        (guard, objection, _) = access.Admit(hello.Token.ToStringUtf8(), visit);
        try
        {
            guard?.RequireAny("session");
        }
        catch (RegistryException refusal)
        {
            (guard, objection) = (null, refusal.Message);
        }

        return guard is not null;
    }

    /// <summary>Has every session tell its client where nodes are, so that none is stranded when this one dies a moment later.</summary>
    private sealed class MemberWatch(SessionDoor door) : Actor<MembershipChanged>
    {
        protected override void Receive(MembershipChanged message)
        {
            foreach (var (session, _) in door._open)
                session.TellNodes();
        }
    }
}
