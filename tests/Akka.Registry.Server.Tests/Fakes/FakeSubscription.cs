using System.Threading.Channels;
using Akka.Registry.Subscriptions;

namespace Akka.Registry.Server.Tests.Fakes;

/// <summary>A subscription that tells what the test says.</summary>
public sealed class FakeSubscription : ISubscription
{
    private readonly Channel<ChangeBatch> _batches = Channel.CreateUnbounded<ChangeBatch>();
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the reader has let go.</summary>
    public Task Disposed => _disposed.Task;

    public void Tell(ChangeBatch batch) => _batches.Writer.TryWrite(batch);

    /// <summary>How many batches the reader has dealt with, by its word.</summary>
    public long Acknowledged { get; private set; }

    public void Acknowledge(long batches) => Acknowledged = batches;

    public void End() => _batches.Writer.Complete();

    public IAsyncEnumerable<ChangeBatch> ReadAllAsync(CancellationToken cancellation = default) => _batches.Reader.ReadAllAsync(cancellation);

    public ValueTask DisposeAsync()
    {
        _disposed.TrySetResult();
        return ValueTask.CompletedTask;
    }
}
