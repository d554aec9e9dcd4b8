using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.Calls;
using Akka.Registry.DistributedData;

namespace Akka.Registry;

/// <summary>Registrations: one, or many that come together.</summary>
internal sealed partial class RegistryActor
{
    /// <summary>Takes the writes of calls that begin in this turn; null in every other one.</summary>
    private WritesTogether? _together;

    private void OnRegister(RegistryMessage.Register message) =>
        Begin(new RegisterCall(this, message.Registration, message.Options, message.ReplyTo), message.Span);

    /// <summary>Each is a call of its own; what they write at once goes to the map together.</summary>
    private void OnRegisterMany(RegistryMessage.RegisterMany message)
    {
        var answers = new GatheredAnswers<RegistrationOutcome>(message.Registrations.Length, message.ReplyTo);
        _together = new WritesTogether(message.Registrations.Length);
        for (var i = 0; i < message.Registrations.Length; i++)
            Begin(new RegisterCall(this, message.Registrations[i], message.Options, answers, i));

        var (calls, operations) = _together.Take();
        _together = null;
        if (calls.Length > 0)
        {
            _surroundings.Map.Commands.Tell(new MapCommand.WriteMany(operations, Context.Adapt<ImmutableArray<MapWriteResult>>(
                results => new RegistryMessage.WrittenMany(calls, results)))
            {
                Timeout = message.Options.Timeout,
            });
        }
    }

    private void OnWrittenMany(RegistryMessage.WrittenMany written)
    {
        for (var i = 0; i < written.Calls.Length; i++)
            _calls.Find(written.Calls[i])?.OnWritten(written.Results[i]);
    }
}
