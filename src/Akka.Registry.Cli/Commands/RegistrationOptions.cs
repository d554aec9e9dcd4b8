using System.CommandLine;
using Akka.Registry.Cli.Http;

namespace Akka.Registry.Cli.Commands;

/// <summary>What an instance says of itself, as it is typed.</summary>
internal sealed class RegistrationOptions
{
    private readonly Option<string> _id = Text("--id", "ID", "The instance's id [SERVICE-HOST-PORT]");
    private readonly Option<string> _address = Text("--address", "HOST", "Where callers reach it [127.0.0.1 when every node is on loopback]");
    private readonly Option<int?> _port = Whole("--port", "PORT", "With this port [0: the address says it all]");
    private readonly Option<string[]> _method = Texts("--method", "METHOD", "A method that it offers; repeated: several");
    private readonly Option<string[]> _tag = Texts("--tag", "TAG", "A label; repeated: several");
    private readonly Option<string[]> _meta = Texts("--meta", "KEY=VALUE", "A pair of metadata; repeated: several");
    private readonly Option<string> _zone = Text("--zone", "ZONE", "The zone that it stands in");
    private readonly Option<string> _version = Text("--version", "VERSION", "The version of its software");
    private readonly Option<int?> _weight = Whole("--weight", "NUMBER", "Its share of calls [1]");
    private readonly Option<string> _ttl = Text("--ttl", "DURATION", "How long it may be silent [30s]");
    private readonly Option<string> _deregisterAfter = Text("--deregister-after", "DURATION", "How much longer until it is removed [the TTL]");
    private readonly Option<string> _status = Text("--status", "STATUS", "The status to begin with [passing]");
    private readonly Option<ulong?> _epoch = new("--epoch") { Description = "Its epoch: a number that grows [the node's]", HelpName = "NUMBER" };

    /// <summary>Adds them to a command.</summary>
    public RegistrationOptions(Command command)
    {
        _status.AcceptOnlyFromAmong("starting", "passing", "warning", "critical", "draining");
        foreach (var option in (Option[])[
            _id, _address, _port, _method, _tag, _meta, _zone, _version, _weight, _ttl, _deregisterAfter, _status, _epoch])
            command.Options.Add(option);
    }

    /// <summary>The instance's id: as typed, or one that a restart on this machine has again.</summary>
    public string IdOf(CommandRun run, string service) => run.Get(_id)
        ?? $"{service}-{Environment.MachineName.ToLowerInvariant()}{(run.Get(_port) is { } port ? $"-{port}" : "")}";

    /// <summary>The registration's body. The node judges what it holds.</summary>
    /// <exception cref="CliFailure">A pair is none, or there is no address.</exception>
    public RegistrationBody BodyOf(CommandRun run) => new()
    {
        Address = run.Get(_address) ?? (run.Api.Doors.Nodes.All(node => node.IsLoopback) ? "127.0.0.1" : throw new CliFailure(
            ExitCode.Usage, "There is no --address.", "Name the host that callers reach the instance by; only a registry on loopback needs none.")),
        Port = run.Get(_port),
        Methods = Given(run.Get(_method)),
        Tags = Given(run.Get(_tag)),
        Metadata = run.Get(_meta) is { Length: > 0 } pairs ? FilterOptions.PairsOf("--meta", pairs) : null,
        Zone = run.Get(_zone),
        Version = run.Get(_version),
        Weight = run.Get(_weight),
        Ttl = run.Get(_ttl),
        DeregisterAfter = run.Get(_deregisterAfter),
        Status = run.Get(_status),
        Epoch = run.Get(_epoch)?.ToString(),
    };

    private static string[]? Given(string[]? texts) => texts is { Length: > 0 } ? texts : null;

    private static Option<string> Text(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName };

    private static Option<string[]> Texts(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName, Arity = ArgumentArity.ZeroOrMore };

    private static Option<int?> Whole(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName };
}
