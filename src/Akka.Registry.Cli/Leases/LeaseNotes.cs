using System.Diagnostics;
using System.Text.Json;
using Akka.Registry.Cli.Http;
using Akka.Registry.Cli.Output;

namespace Akka.Registry.Cli.Leases;

/// <summary>Tells what becomes of a lease: sentences beside the results, or a JSON document a line.</summary>
/// <param name="printer">Writes.</param>
/// <param name="instance">The instance.</param>
/// <param name="isBesideChild">Whether the standard output is another program's.</param>
internal sealed class LeaseNotes(Printer printer, KeptInstance instance, bool isBesideChild)
{
    /// <summary>What a registration's answer says, as a sentence.</summary>
    public static string TextOf(Registered registered) =>
        $"{registered.Service}/{registered.Id} is registered at {registered.Owner} as {registered.Status}, TTL {registered.Ttl}, "
        + $"epoch {registered.Epoch}"
        + (registered.ConsistencyReached ? "." : $"; only {registered.HeldBy} of {registered.Members} nodes are known to hold it yet.");

    /// <summary>It keeps going.</summary>
    public void Begun(Answer<Registered> answer)
    {
        if (!printer.IsJson)
            printer.Note($"{TextOf(answer.Value)} Ctrl-C deregisters it.");
    }

    /// <summary>Something happened to the lease.</summary>
    public void Tell(LeaseFact fact, string? reason)
    {
        var (name, text) = fact switch
        {
            LeaseFact.Nothing => ("", ""),
            LeaseFact.Registered => ("registered", ""),
            LeaseFact.RegisteredAgain => ("registered-again", "is registered again."),
            LeaseFact.Lost => ("lost", "was lost by the registry, and registers again."),
            LeaseFact.Unheard => ("unheard", $"cannot beat, and goes on trying: {reason}"),
            LeaseFact.HeardAgain => ("heard-again", "beats again."),
            LeaseFact.Refused => ("refused", $"is refused from now on: {reason}"),
            _ => throw new UnreachableException($"No words for {fact}."),
        };
        Write(name, text, reason);
    }

    /// <summary>It has been taken out.</summary>
    public void Drained(bool confirmed) =>
        Write(confirmed ? "drained" : "drain-unconfirmed", confirmed ? "is drained." : "is draining; not everybody has confirmed in time.", null);

    /// <summary>It was deregistered.</summary>
    public void Deregistered() => Write("deregistered", "is deregistered.", null);

    /// <summary>Something could not be done at the end.</summary>
    public void Failed(string what, CliFailure? failure) => Write("failed", $"{what}: {failure?.Message}".TrimEnd(' ', ':'), failure?.Message);

    private void Write(string name, string text, string? reason)
    {
        if (printer.IsJson)
        {
            if (isBesideChild)
                printer.NoteLine(json => Write(json, name, reason));
            else
                printer.Line(json => Write(json, name, reason));
        }
        else if (text.Length > 0)
        {
            printer.Note($"{instance} {text}");
        }
    }

    private void Write(Utf8JsonWriter json, string name, string? reason)
    {
        json.WriteStartObject();
        json.WriteString("event", name);
        json.WriteString("service", instance.Service);
        json.WriteString("id", instance.Id);
        if (reason is not null)
            json.WriteString("reason", reason);
        json.WriteEndObject();
    }
}
