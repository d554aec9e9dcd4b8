using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Registry.Actors;
using Akka.Registry.DistributedData;
using Akka.Registry.Leases;

namespace Akka.Registry;

/// <summary>What the scheduler says, in the order in which it says it: one word may be of hundreds of thousands of leases.</summary>
internal sealed partial class RegistryActor
{
    /// <summary>The map takes a batch sooner; word of it that is lost must not end all writing.</summary>
    private static readonly TimeSpan WritePatience = TimeSpan.FromSeconds(10);

    /// <summary>What is not heard to its end yet.</summary>
    private readonly Queue<RegistryMessage> _said = new();

    /// <summary>Leases of the first that are heard already.</summary>
    private int _heard;

    /// <summary>Leases that may be heard before others had their turn.</summary>
    private int _hearable;

    /// <summary>Until when the map's word of the writes before is waited for; null when it owes none.</summary>
    private Instant? _writesUntil;

    private void OnScheduler(RegistryMessage said)
    {
        _said.Enqueue(said);
        if (_said.Count == 1)
            HearOn();
    }

    /// <summary>
    /// Hears so many leases until others had their turn. Whatever else the scheduler has said since waits: an answer to a beat is newer
    /// than a verdict before it, and would be undone by it.
    /// </summary>
    private void HearOn()
    {
        while (_said.TryPeek(out var said))
        {
            if (said is RegistryMessage.Judged judged && judged.Life == _life)
            {
                ContinueLater();
                var leases = LeasesOf(judged.Verdict).AsSpan()[_heard..];
                var some = leases[..Math.Min(_hearable, leases.Length)];
                Judge(judged.Verdict, some);
                _hearable -= some.Length;
                _heard += some.Length;
                if (some.Length < leases.Length)
                    return;
            }

            _said.Dequeue();
            _heard = 0;
            switch (said)
            {
                case RegistryMessage.Beaten beaten: _calls.Find(beaten.Call)?.OnBeaten(beaten.Answer); break;
                case RegistryMessage.BeatenFor beaten: OnBeatenFor(beaten); break;
                case RegistryMessage.GrantsSettled settled when settled.Life == _life: _ledger.Settled(settled.Grant); break;
            }
        }
    }

    private static ImmutableArray<LeaseKey> LeasesOf(LeaseVerdict verdict) => verdict switch
    {
        LeaseVerdict.Missed missed => missed.Leases,
        LeaseVerdict.Quarantined quarantined => quarantined.Leases,
        LeaseVerdict.Expired expired => expired.Leases,
        LeaseVerdict.Revived revived => revived.Leases,
        LeaseVerdict.Unquarantined unquarantined => unquarantined.Leases,
        _ => throw new UnreachableException($"No leases of {verdict.GetType().Name}."),
    };

    private void Judge(LeaseVerdict verdict, ReadOnlySpan<LeaseKey> leases)
    {
        foreach (var lease in leases)
        {
            var entry = _views.Find(lease.Key);
            switch (verdict)
            {
                case LeaseVerdict.Missed: _ledger.Missed(lease, entry); break;
                case LeaseVerdict.Quarantined: _ledger.Quarantined(lease, entry); break;
                case LeaseVerdict.Expired: _ledger.Expired(lease, entry); break;
                // It beat again, or its lease has ended for whatever the records say (epoch 0): then there is nothing of this node's to write.
                case LeaseVerdict.Unquarantined when lease.Epoch == 0: break;
                case LeaseVerdict.Revived or LeaseVerdict.Unquarantined: _ledger.Beaten(lease.Key, lease.Epoch, entry); break;
            }
        }
    }

    /// <summary>
    /// Writes so many of what the ledgers want written, and no more before the map has them in hand: what is called meanwhile finds a short
    /// queue there.
    /// </summary>
    private void FlushWrites(int budget)
    {
        if (_writesUntil > Now)
            return;
        var writes = ImmutableArray.CreateBuilder<MapWrite>();
        while (budget-- > 0 && _ledger.TryTakeWrite(out var write))
            writes.Add(write);
        if (writes.Count == 0)
            return;
        _writesUntil = Now + WritePatience;
        var life = _life;
        _surroundings.Map.Commands.Tell(new MapCommand.WriteMany(writes.DrainToImmutable())
        {
            TakenTo = Context.Adapt<WritesTaken>(_ => new RegistryMessage.LedgersTaken(life)),
        });
    }

    private void OnLedgersTaken(RegistryMessage.LedgersTaken taken)
    {
        if (taken.Life == _life)
            _writesUntil = null;
    }
}
