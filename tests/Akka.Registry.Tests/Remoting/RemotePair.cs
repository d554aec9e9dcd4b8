using Akka.Registry.Actors;
using Akka.Registry.Actors.Virtual;
using Akka.Registry.Contracts;
using Akka.Registry.Remoting;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Akka.Registry.Tests.Remoting;

/// <summary>
/// A sender and a host on virtual time, with a wire between them that holds each message until the test lets it go: as bytes, so that
/// nothing but what stands on the wire gets across.
/// </summary>
internal sealed class RemotePair : IMessageRoute, IAnswerRoute
{
    public const ulong Node = 0xA;

    private readonly Queue<byte[]> _messages = new();
    private readonly Queue<byte[]> _answers = new();

    public RemotePair(RemotingOptions? options = null, int mailbox = 100)
    {
        var machine = Scheduler.CreateNode("host");
        System = ActorSystem.Create("host", new ActorSystemOptions { Dispatcher = machine, Time = machine.Clock });
        Options = options ?? new RemotingOptions();
        Host = new ActorHost(Options, System.DeadLetters);
        Letters = new DeadLetters("sender", machine.Clock, NullLogger.Instance);
        Messenger = new RemoteMessenger(Options, this, Letters, machine.Clock);
        Counter = System.ActorOf(new Props<CounterMessage>(() => new Counter(Noted)) { MailboxCapacity = mailbox }, "counter");
        Scheduler.RunUntilIdle();
        Time = machine.Clock;
        Letters.Subscribe(letter => Lost.Add($"{letter.Recipient} {letter.Message.GetType().Name} {letter.Reason}"));
        System.SubscribeDeadLetters(letter => HostLost.Add($"{letter.Recipient} {letter.Message.GetType().Name} {letter.Reason}"));
        Number = Host.Add(Counter, Counting.Codec);
        Ref = RefOf(Number);
    }

    public VirtualScheduler Scheduler { get; } = new(1);

    public TimeProvider Time { get; }

    public ActorSystem System { get; }

    public RemotingOptions Options { get; }

    public ActorHost Host { get; }

    public RemoteMessenger Messenger { get; }

    public DeadLetters Letters { get; }

    public IActorRef<CounterMessage> Counter { get; }

    public ulong Number { get; }

    public IActorRef<CounterMessage> Ref { get; }

    public List<long> Noted { get; } = [];

    /// <summary>Dead letters of the sender.</summary>
    public List<string> Lost { get; } = [];

    /// <summary>Dead letters of the host.</summary>
    public List<string> HostLost { get; } = [];

    /// <summary>Why the way takes nothing; null when it does.</summary>
    public DeadLetterReason? Obstacle { get; set; }

    public DeadLetterReason? AnswerObstacle { get; set; }

    public RemoteRef<CounterMessage> RefOf(ulong number) => new(
        new RemoteActorAddress(Node, number, Counter.Path, Counting.Codec.Protocol), Counting.Codec, Messenger);

    public Task<StringValue> Echo(long number, double seconds = 5, IActorRef<CounterMessage>? to = null) =>
        (to ?? Ref).Ask<CounterMessage, StringValue>(
            reply => new CounterMessage.Echo(number, reply), TimeSpan.FromSeconds(seconds), Time);

    /// <summary>What waits on the wire arrives, and so does what that brings about.</summary>
    public void Flow()
    {
        do
        {
            Arrive();
            Scheduler.RunFor(TimeSpan.Zero);
            while (_answers.TryDequeue(out var answer))
                Messenger.OnAnswer(ActorAnswer.Parser.ParseFrom(answer), Node);
            Scheduler.RunFor(TimeSpan.Zero);
        }
        while (_messages.Count > 0);
    }

    /// <summary>Messages arrive at the host, which has no turn yet.</summary>
    public void Arrive()
    {
        while (_messages.TryDequeue(out var message))
            Host.Receive(ActorMessage.Parser.ParseFrom(message), this);
    }

    /// <summary>A message that is none of a codec's arrives.</summary>
    public void Arrive(ActorMessage message) => Host.Receive(message, this);

    /// <summary>Answers that wait are lost.</summary>
    public void LoseAnswers() => _answers.Clear();

    DeadLetterReason? IMessageRoute.Send(ActorMessage message)
    {
        if (Obstacle is null)
            _messages.Enqueue(Google.Protobuf.MessageExtensions.ToByteArray(message));
        return Obstacle;
    }

    DeadLetterReason? IAnswerRoute.Send(ActorAnswer answer)
    {
        if (AnswerObstacle is null)
            _answers.Enqueue(Google.Protobuf.MessageExtensions.ToByteArray(answer));
        return AnswerObstacle;
    }
}
