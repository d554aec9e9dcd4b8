using Akka.Registry.Client.Registrar;
using Akka.Registry.Contracts;

namespace Akka.Registry.Client.Session;

/// <summary>Who waits for a node's answer in this session, as a machine. Not safe on several threads; who waits does so on any.</summary>
internal sealed class PendingRequests(int max)
{
    /// <summary>Parts of one answer, of some 256 KiB each; a node that sends more is not waited for.</summary>
    private const int PartsMax = 1_024;

    private readonly Dictionary<ulong, Question> _questions = [];
    private readonly Dictionary<ulong, TaskCompletionSource<DrainOutcome>> _drains = [];

    /// <summary>Questions that wait.</summary>
    public int Count => _questions.Count;

    /// <summary>Waits for the answer to a question.</summary>
    /// <exception cref="RegistryRefusedException">As many wait as may.</exception>
    public Task<IReadOnlyList<SessionAnswer>> Ask(ulong number)
    {
        if (_questions.Count >= max)
        {
            throw new RegistryRefusedException(
                RegistryRefusal.LimitReached, $"{max} questions of this client wait for answers, and no more are allowed; ask later.");
        }

        var question = new Question();
        _questions.Add(number, question);
        return question.Answered.Task;
    }

    /// <summary>Waits for a drain.</summary>
    public Task<DrainOutcome> Drain(ulong number)
    {
        var drain = new TaskCompletionSource<DrainOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        _drains.Add(number, drain);
        return drain.Task;
    }

    /// <summary>Nobody waits any more: an answer that still comes is late, and ignored.</summary>
    public void Forget(ulong number) => _questions.Remove(number);

    /// <summary>A node answers a question, or a part of it.</summary>
    public void OnAnswer(SessionAnswer answer)
    {
        if (!_questions.TryGetValue(answer.Request, out var question))
            return;     // Late.
        question.Parts.Add(answer);
        if (answer.More && question.Parts.Count < PartsMax)
            return;
        _questions.Remove(answer.Request);
        if (answer.More)
        {
            question.Answered.TrySetException(
                new RegistryUnavailableException($"The answer has more than {PartsMax} parts.", mayHaveCounted: true));
        }
        else if (answer.Error == WireSessionError.None)
            question.Answered.TrySetResult(question.Parts);
        else
            question.Answered.TrySetException(ToException(answer));
    }

    /// <summary>A node answers a command; not one that nobody waits for.</summary>
    public void OnDrained(InstanceCommandResult result)
    {
        if (!_drains.Remove(result.Request, out var drain))
            return;
        drain.TrySetResult(result.Error == WireSessionError.None
            ? new DrainOutcome(result.LaggardCount == 0, [.. result.Laggards])
            : new DrainOutcome(IsConfirmed: false, [result.Message]));
    }

    /// <summary>The session is lost: nobody will be answered.</summary>
    public void Lost(string reason)
    {
        foreach (var question in _questions.Values)
        {
            question.Answered.TrySetException(
                new RegistryUnavailableException($"The session ended before the answer: {reason}", mayHaveCounted: true));
        }

        _questions.Clear();
        foreach (var drain in _drains.Values)
            drain.TrySetResult(new DrainOutcome(IsConfirmed: false, ["the session ended before the answer"]));
        _drains.Clear();
    }

    private static Exception ToException(SessionAnswer answer) => answer.Error switch
    {
        WireSessionError.Invalid => new RegistryRefusedException(RegistryRefusal.Invalid, answer.Message),
        WireSessionError.NotFound => new RegistryRefusedException(RegistryRefusal.NotFound, answer.Message),
        WireSessionError.StaleEpoch => new RegistryRefusedException(RegistryRefusal.Superseded, answer.Message),
        WireSessionError.LimitReached => new RegistryRefusedException(RegistryRefusal.LimitReached, answer.Message),
        WireSessionError.Forbidden => new RegistryRefusedException(RegistryRefusal.Forbidden, answer.Message),
        WireSessionError.NotReady => new RegistryUnavailableException(answer.Message),
        // One that a later version has given a name too: nothing is known of it but its text.
        _ => new RegistryUnavailableException(answer.Message, mayHaveCounted: true),
    };

    private sealed class Question
    {
        public List<SessionAnswer> Parts { get; } = [];

        public TaskCompletionSource<IReadOnlyList<SessionAnswer>> Answered { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
