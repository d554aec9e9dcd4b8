using System.Threading.Channels;
using Akka.Registry.Actors;

namespace Akka.Registry.Benchmarks.Questions;

/// <summary>How fast is the actor core?</summary>
internal sealed class ActorCore : IQuestion
{
    public int Number => 13;

    public string Text => "The actor core: tells and asks a second, bytes a message";

    public string Goal => ">= 15 M tells/s, >= 1 M asks/s, 0 B beyond the message";

    public async Task AnswerAsync(BenchRun run)
    {
        var messages = run.Count(1_000_000);
        await using var system = ActorSystem.Create("bench");
        var counter = new Counter(messages);
        var actor = system.ActorOf(Props.Of(() => counter) with { MailboxCapacity = 1 << 20 }, "counter");
        await TellAsync(actor, counter, messages);      // Warm.
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        await TellAsync(actor, counter, messages);
        bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        var (tells, channel) = await run.AlternateAsync(() => TellAsync(actor, counter, messages), () => ChannelAsync(messages));
        Answer.Print("tells", tells, "/s", "a bare channel", channel);
        Answer.Print("bytes a told message", (double)bytes / messages, "B");
        var asks = run.Count(1_000_000);
        Answer.Print("asks, 64 at once", await run.MedianAsync(() => AskAsync(actor, asks)), "/s");
    }

    private static async Task<double> TellAsync(IActorRef<Message> actor, Counter counter, int messages)
    {
        var done = counter.Begin();
        var began = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < messages; i++)
            actor.Tell(Message.Tick.Instance);
        await done;
        return messages / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task<double> ChannelAsync(int messages)
    {
        var channel = Channel.CreateUnbounded<object>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        var began = TimeProvider.System.GetTimestamp();
        var reading = Task.Run(async () =>
        {
            for (var left = messages; left > 0;)
            {
                await channel.Reader.WaitToReadAsync();
                while (channel.Reader.TryRead(out _))
                    left--;
            }
        });
        for (var i = 0; i < messages; i++)
            channel.Writer.TryWrite(Message.Tick.Instance);
        await reading;
        return messages / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task<double> AskAsync(IActorRef<Message> actor, int asks)
    {
        const int AtOnce = 64;
        var began = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < asks / AtOnce; i++)
                await actor.Ask<Message, object>(to => new Message.Asked(to), TimeSpan.FromSeconds(30), TimeProvider.System);
        })));
        return asks / AtOnce * AtOnce / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    private abstract record Message
    {
        public sealed record Tick : Message
        {
            public static Tick Instance { get; } = new();
        }

        public sealed record Asked(IActorRef<object> To) : Message;
    }

    private sealed class Counter(int messages) : Actor<Message>
    {
        private TaskCompletionSource _done = new();
        private int _left;

        public Task Begin()
        {
            (_done, _left) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), messages);
            return _done.Task;
        }

        protected override void Receive(Message message)
        {
            switch (message)
            {
                case Message.Tick:
                    if (--_left == 0)
                        _done.SetResult();
                    break;
                case Message.Asked asked:
                    asked.To.Tell(this);
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException($"No rule for {message}.");
            }
        }
    }
}
