using System.Text;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Etcd.Map;
using Akka.Registry.Etcd.Values;
using Google.Protobuf;

namespace Akka.Registry.Etcd.Tests.Map;

/// <summary>The machine of one node and a store that the test plays: no thread, no clock, no etcd.</summary>
internal sealed class MachineRig
{
    public static readonly NodeIdentity Self = new(new NodeUid(1), "node-1", new NodeAddress("10.0.0.1", 4053));
    public static readonly NodeUid Other = new(2);
    public static readonly StoreIdentity Store = new(100, 1_700_000_000_000);
    private TimeSpan _now = TimeSpan.FromHours(1);

    public EtcdMapMachine Machine { get; } = new(Self, new EtcdOptions());

    /// <summary>What the machine told subscribers, in order; the vector's own moves left out.</summary>
    public List<string> Told { get; } = [];

    public Queue<WritePlan> Plans { get; } = new();

    public List<MapWriteResult> Replies { get; } = [];

    public List<MapEvent.Since> Answers { get; } = [];

    public int Asked { get; private set; }

    public static RecordKey Key(string id) => new("orders", id);

    public static ReadOnlyMemory<byte> Value(string version = "1") => new InstanceValue
    {
        Address = "10.0.0.7", Port = 80, Version = version, Weight = 1, TtlMs = 30_000, DeregisterAfterMs = 30_000,
        Reported = WireInstanceStatus.Passing,
    }.ToByteArray();

    public static byte[] Json(NodeUid owner, string version = "1", ulong epoch = 7) =>
        new StoredEntry(InstanceValue.Parser.ParseFrom(Value(version).Span), epoch, owner).ToJson();

    public void List(long revision, params (string Id, long Revision, byte[] Json)[] entries) => List(Store, revision, entries);

    public void List(
        StoreIdentity store, long revision, (string Id, long Revision, byte[] Json)[] entries,
        params (string Id, long Revision, EndedNote Note)[] notes) =>
        Do(new EtcdInput.Listed(new StoreListing(
            store, revision, [.. entries.Select(entry => new StoredKey(Key(entry.Id), entry.Revision, entry.Json))],
            [.. notes.Select(note => new StoredKey(Key(note.Id), note.Revision, note.Note.ToJson()))])));

    public void Put(string id, long revision, byte[] json) => Do(new EtcdInput.Changed([new StoreChange(false, Key(id), revision, json)]));

    public void Gone(string id, long revision) => Do(new EtcdInput.Changed([new StoreChange(false, Key(id), revision, null)]));

    public void Noted(string id, long revision, bool deregistered, NodeUid by, ulong epoch = 7) =>
        Do(new EtcdInput.Changed([new StoreChange(true, Key(id), revision, new EndedNote(epoch, deregistered, by).ToJson())]));

    public void Write(MapWrite write, double timeout = 5) =>
        Do(new EtcdInput.Write(new MapCommand.Write(write, WriteConsistency.Local, TimeSpan.FromSeconds(timeout), new Sink<MapWriteResult>())));

    public void Ended(PlanOutcome outcome) => Do(new EtcdInput.PlanEnded(Plans.Dequeue(), outcome));

    public void Read(string cursor)
    {
        ReadCursor.TryParseToken(cursor, out var parsed).ShouldBeTrue();
        Do(new EtcdInput.ReadSince(new MapCommand.ReadSince(1, null, parsed, new Sink<MapEvent>())));
    }

    public string Cursor() => new ReadCursor(Machine.Vector, []).ToToken();

    public void Pass(double seconds)
    {
        // In steps, as the actor's ticks come, while the watch gives its signs of life.
        for (var passed = 0.0; passed < seconds; passed += 0.1)
        {
            _now += TimeSpan.FromSeconds(0.1);
            Do(new EtcdInput.Heard());
            Do(new EtcdInput.Tick());
        }
    }

    public void PassInSilence(double seconds)
    {
        for (var passed = 0.0; passed < seconds; passed += 0.1)
        {
            _now += TimeSpan.FromSeconds(0.1);
            Do(new EtcdInput.Tick());
        }
    }

    public void Do(EtcdInput input)
    {
        foreach (var effect in Machine.Handle(input, new Surroundings(new Instant(_now.Ticks), 1_800_000_000_000 + (long)_now.TotalMilliseconds)))
        {
            switch (effect)
            {
                case EtcdEffect.Publish { Event: MapEvent.Changed changed }:
                    Told.AddRange(changed.Changes.Select(change => $"{Show(change.Before)} > {Show(change.After)}"));
                    break;
                case EtcdEffect.Publish { Event: MapEvent.State state }: Told.Add($"state of {state.Records.Count}"); break;
                case EtcdEffect.Submit submit: Plans.Enqueue(submit.Plan); break;
                case EtcdEffect.Reply reply: Replies.Add(reply.Result); break;
                case EtcdEffect.Answer answer: Answers.Add(answer.Since); break;
                case EtcdEffect.AskUnchanged: Asked++; break;
                default: break; // Digests, reports and the announcement are looked at where they matter.
            }
        }
    }

    private static string Show(MapRecord? record)
    {
        if (record is null)
            return "-";
        var text = new StringBuilder(record.Key.Instance).Append(record.Dot.Sequence);
        text.Append(record.IsLive ? "" : record.Order.Deregistered ? " deregistered" : " evicted");
        return text.Append(" by ").Append(record.Dot.Origin == NodeUid.Outside ? "outside" : record.Dot.Origin.Value).ToString();
    }

    private sealed class Sink<T> : IActorRef<T>
        where T : notnull
    {
        public ActorPath Path => throw new NotSupportedException();

        public void Tell(T message) { }
    }
}
