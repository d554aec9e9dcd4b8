using System.Diagnostics;
using Akka.Registry.Actors;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.DistributedData.Durability;

/// <summary>The shell of <see cref="WriteBehind"/>: saves run elsewhere, one at a time, and come back as messages.</summary>
internal sealed class DurabilityActor(MapDurability durability, ReplicatedMap map, ILogger logger) : Actor<DurabilityMessage>
{
    private const string WakeTimer = "wake";

    private readonly WriteBehind _machine = durability.Machine;
    private readonly List<IActorRef<bool>> _flushes = [];
    private Instant? _armed;

    protected override void Receive(DurabilityMessage message)
    {
        switch (message)
        {
            case DurabilityMessage.Told told: _machine.Observe(told.Events, told.Number, told.Marks, told.At); break;
            case DurabilityMessage.Wake: _armed = null; break;
            case DurabilityMessage.Saved: OnSaved(); break;
            case DurabilityMessage.Failed failed: OnFailed(failed.Why); break;
            case DurabilityMessage.Flush flush: _flushes.Add(flush.ReplyTo); break;
            default: throw new UnreachableException($"No handler for {message.GetType().Name}.");
        }

        Advance();
        AnswerFlushes();
        durability.Publish();
        Arm();
    }

    private void Advance()
    {
        var pace = _flushes.Count > 0 ? WritePace.AtOnce : map.Status.Synchronized ? WritePace.Ordinary : WritePace.ChangesAlone;
        switch (_machine.Advance(Context.Time.GetInstant(), Context.Time.GetUtcNow(), pace))
        {
            case null: break;
            case WriteBehindEffect.AskState: map.Commands.Tell(ReplicatorMessage.PictureWanted.Instance); break;
            case WriteBehindEffect.Save save: Save(save.What); break;
            case { } effect: throw new UnreachableException($"No way to do {effect.GetType().Name}.");
        }
    }

    private void Save(MapSave what) => Context.PipeTo(
        DoneAsync(durability.Store.SaveAsync(what)),
        static _ => DurabilityMessage.Saved.Instance,
        static why => new DurabilityMessage.Failed(why));

    private static async Task<bool> DoneAsync(Task saved)
    {
        await saved.ConfigureAwait(false);
        return true;
    }

    private void OnSaved()
    {
        if (durability.Saved(_machine.Saved()))
            Log.SavesAgain(logger, durability.Store.Place);
    }

    private void OnFailed(Exception why)
    {
        var needsAnew = why is not MapStoreException { NeedsAnew: false };
        var pause = _machine.Failed(needsAnew, Context.Time.GetInstant());
        if (durability.Failed(why.Message))
            Log.SaveFailed(logger, durability.Store.Place, why.Message, pause, why is MapStoreException ? null : why);
    }

    private void AnswerFlushes()
    {
        if (_flushes.Count == 0 || (!_machine.IsSaved && durability.Problem is null))
            return;
        foreach (var waiting in _flushes)
            waiting.Tell(_machine.IsSaved);
        _flushes.Clear();
    }

    private void Arm()
    {
        var now = Context.Time.GetInstant();
        if (_machine.NextDeadline(now) is not { } deadline || (_armed is { } armed && armed <= deadline))
            return;
        _armed = deadline;
        var delay = deadline - now;
        Context.StartTimer(WakeTimer, DurabilityMessage.Wake.Instance, delay > TimeSpan.FromMilliseconds(1) ? delay : TimeSpan.FromMilliseconds(1));
    }
}
