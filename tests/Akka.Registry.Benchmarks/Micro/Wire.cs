using System.Buffers;
using System.Diagnostics;
using Akka.Registry.Actors;
using Akka.Registry.Benchmarks.Load;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Values;
using Akka.Registry.Entries;
using BenchmarkDotNet.Attributes;

namespace Akka.Registry.Benchmarks.Micro;

/// <summary>A record that wins over the one that stands.</summary>
public class MapMerge
{
    private const int Keys = 10_000;
    private const int Rounds = 20;
    private LwwMap _map = new();
    private MapRecord[] _records = [];

    [IterationSetup]
    public void Fill()
    {
        _map = new LwwMap();
        _records = [.. Enumerable.Range(0, Keys * (Rounds + 1)).Select(i => Samples.Record("orders", i % Keys, (ulong)i + 1, default))];
        foreach (var record in _records[..Keys])
            _map.Merge(record, out _);
    }

    [Benchmark(OperationsPerInvoke = Keys * Rounds)]
    public int Merge()
    {
        foreach (var record in _records.AsSpan(Keys))
            _map.Merge(record, out _);
        return _map.Count;
    }
}

/// <summary>An entry of 200 bytes to and from its record, and in a frame.</summary>
public class EntryBytes
{
    private readonly InstanceValue _value = LoadEntries.One("orders", 1).Value;
    private readonly InstanceCodec _codec = new();
    private readonly ArrayBufferWriter<byte> _output = new(64 * 1024);
    private MapRecord _record = Samples.Record("orders", 1, 1, default);
    private Frame _frame;

    [GlobalSetup]
    public void Fill()
    {
        _record = _record.WithValue(InstanceCodec.Encode(_value));
        _frame = Frame.Of(FrameKind.RegisterInstances, new RegisterInstances { Request = 1, Registrations = { LoadEntries.One("orders", 1) } });
    }

    [Benchmark]
    public RecordValue Encode() => InstanceCodec.Encode(_value);

    [Benchmark]
    public bool Decode() => _codec.TryDecode(_record, out _);

    [Benchmark]
    public int WriteFrame()
    {
        _output.ResetWrittenCount();
        FrameWriter.Write(_output, _frame);
        return _output.WrittenCount;
    }
}

/// <summary>Telling an actor, until it has handled it.</summary>
public class ActorTell
{
    private const int Messages = 100_000;
    private ActorSystem? _system;
    private Counter? _counter;
    private IActorRef<Tick>? _actor;

    [GlobalSetup]
    public void Start()
    {
        _system = ActorSystem.Create("micro");
        var counter = _counter = new Counter();
        _actor = _system.ActorOf(Props.Of(() => counter) with { MailboxCapacity = 1 << 20 }, "counter");
    }

    [GlobalCleanup]
    public void Stop() => _system!.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Benchmark(OperationsPerInvoke = Messages)]
    public void Tell()
    {
        var done = _counter!.Begin(Messages);
        for (var i = 0; i < Messages; i++)
            _actor!.Tell(Tick.Instance);
        done.GetAwaiter().GetResult();
    }

    internal sealed record Tick
    {
        public static Tick Instance { get; } = new();
    }

    internal sealed class Counter : Actor<Tick>
    {
        private TaskCompletionSource _done = new();
        private int _left;

        public Task Begin(int messages)
        {
            (_done, _left) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), messages);
            return _done.Task;
        }

        protected override void Receive(Tick message)
        {
            Debug.Assert(message == Tick.Instance, "There is one.");
            if (--_left == 0)
                _done.SetResult();
        }
    }
}
