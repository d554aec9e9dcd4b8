using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Sessions;

/// <summary>Where clients' sessions begin: looks at who comes, and gives each a session of its own.</summary>
internal sealed class SessionDoor(ServiceRegistry registry, RegistrySurroundings surroundings, TimeProvider time) : ISessionSink
{
    private const int ClientNameLengthMax = 256;

    private readonly ILogger _logger = surroundings.LoggerFactory.CreateLogger<SessionDoor>();

    /// <inheritdoc/>
    public async Task ServeAsync(ISessionLink link, Frame hello, CancellationToken stop)
    {
        var client = "";
        RegistrySession session;
        try
        {
            var said = hello.Read(SessionHello.Parser);
            if (Objection(said) is { } objection)
            {
                await link.RefuseAsync(objection);
                return;
            }

            client = said.Client.Length > 0 ? said.Client : link.Remote?.ToString() ?? "client";
            session = registry.Open(client);
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
        await new ClientSession(session, registry, surroundings, link, time, _logger).RunAsync(stop);
    }

    private string? Objection(SessionHello hello)
    {
        if (hello.Magic != WireProtocol.Magic)
            return "this is not the registry's protocol";
        if (hello.ProtocolMin > WireProtocol.Max || hello.ProtocolMax < WireProtocol.Min)
        {
            return $"wire versions {hello.ProtocolMin} to {hello.ProtocolMax} are not spoken here, "
                + $"but {WireProtocol.Min} to {WireProtocol.Max}";
        }

        if (hello.Cluster.Length > 0 && !string.Equals(hello.Cluster, surroundings.Options.Cluster.Name, StringComparison.Ordinal))
            return "the cluster name differs";
        if (hello.Client.Length > ClientNameLengthMax || hello.Client.Any(char.IsControl))
            return $"the client's name is none of at most {ClientNameLengthMax} printable characters";
        return surroundings.WritesRefused;
    }
}
