using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.Calls;
using Akka.Registry.DistributedData;

namespace Akka.Registry;

/// <summary>Registrations: one, or many that come together.</summary>
internal sealed partial class RegistryActor
{
    void ICallSurroundings.WriteMany(RegisterBatch batch, ImmutableArray<MapWrite> operations, TimeSpan timeout)
    {
        Await(batch, timeout + TimeSpan.FromSeconds(1));
        var id = batch.Id;
        _surroundings.Map.Commands.Tell(new MapCommand.WriteMany(
            operations, Context.Adapt<ImmutableArray<MapWriteResult>>(results => new RegistryMessage.WrittenMany(id, results)))
        {
            Timeout = timeout,
        });
    }

    private void OnRegister(RegistryMessage.Register message) =>
        Begin(
            new RegisterCall(
                this, new RegistrationStep(message.Registration), message.Options,
                outcome => message.ReplyTo.Tell(new RegistryReply<RegistrationResult>(outcome.Result.GetValueOrDefault(), outcome.Refusal)),
                answersAlways: false),
            message.Span);

    private void OnRegisterMany(RegistryMessage.RegisterMany message) =>
        Begin(new RegisterBatch(
            this, message.Registrations, message.Options,
            new GatheredAnswers<RegistrationOutcome>(message.Registrations.Length, message.ReplyTo)));

    private void OnWrittenMany(RegistryMessage.WrittenMany written)
    {
        if (_calls.Find(written.Batch) is RegisterBatch batch)
            batch.OnWritten(written.Results);
    }
}
