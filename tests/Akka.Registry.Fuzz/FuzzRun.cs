using System.Diagnostics;
using System.Globalization;

namespace Akka.Registry.Fuzz;

/// <summary>Something that an input did which none may do.</summary>
/// <param name="Target">The decoder.</param>
/// <param name="Input">The input.</param>
/// <param name="Problem">What happened.</param>
internal sealed record FuzzFailure(string Target, byte[] Input, string Problem)
{
    public override string ToString() => $"{Target}: {Problem}\n  input of {Input.Length} bytes, base64: {Convert.ToBase64String(Input)}";
}

/// <summary>Runs inputs through one decoder and holds each to the rules: documented errors alone, bounded time, bounded memory.</summary>
internal sealed class FuzzRun
{
    /// <summary>A hundred thousand times what an input takes; a loaded machine stays below it, a loop without end does not.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private const int PoolMax = 2_048;
    private const int SettleEvery = 512;
    private const int FailuresMax = 5;

    private readonly FuzzTarget _target;
    private readonly Random _random;
    private readonly List<byte[]> _pool = [];
    private readonly HashSet<string> _shapes = [];
    private readonly Stopwatch _watch = new();
    private byte[] _current = [];
    private int _sinceSettled;

    public FuzzRun(FuzzTarget target, int seed)
    {
        (_target, _random) = (target, new Random(seed));
        _pool.AddRange(target.Seeds);
        _pool.AddRange(Corpus.Of(target.Name).Select(file => file.Bytes));
    }

    /// <summary>Inputs that were tried.</summary>
    public long Inputs { get; private set; }

    /// <summary>Those of them that were read.</summary>
    public long Accepted { get; private set; }

    /// <summary>Different ways through the decoder that were seen.</summary>
    public int Shapes => _shapes.Count;

    /// <summary>What went wrong; nothing more is tried after a few.</summary>
    public List<FuzzFailure> Failures { get; } = [];

    /// <summary>The seeds, which must be read, and the corpus, as it is.</summary>
    public void RunCorpus()
    {
        foreach (var seed in _target.Seeds)
        {
            var accepted = Accepted;
            Try(seed);
            if (Accepted == accepted && Failures.Count == 0)
                Failures.Add(new FuzzFailure(_target.Name, seed, "a seed is not read"));
        }

        foreach (var (_, bytes) in Corpus.Of(_target.Name))
            Try(bytes);
        Settle();
    }

    /// <summary>So many inputs of chance.</summary>
    public void RunRandom(int count)
    {
        // A loop without end is told of with its input, and ends the process: nothing else can end it.
        using var watchdog = new Timer(_ => EndIfStuck(), null, Patience, Patience);
        for (var i = 0; i < count && Failures.Count < FailuresMax; i++)
            Try(Next());
        Settle();
    }

    private byte[] Next()
    {
        if (_random.Next(3) == 0 && _target.Make(_random) is { } made)
            return made.Length > _target.LengthMax ? made[.._target.LengthMax] : made;
        if (_random.Next(64) == 0)
        {
            var noise = new byte[_random.Next(128)];
            _random.NextBytes(noise);
            return noise;
        }

        var input = _random.Next(8) == 0 && _target.Make(_random) is { } fresh ? fresh : _pool[_random.Next(_pool.Count)];
        return Mutator.Mutate(input, _pool[_random.Next(_pool.Count)], _target.Words, _target.LengthMax, _random);
    }

    private void Try(byte[] input)
    {
        _current = input;
        _watch.Restart();
        Inputs++;
        try
        {
            var (outcome, allocated) = Measure(input);
            var allowed = _target.AllocatedBytesMax + (_target.AllocatedPerByteMax * input.Length);
            // Once more: what is made once for all, by a first use, is not the input's.
            if (allocated > allowed && (allocated = Measure(input).Allocated) > allowed)
                Fail(input, string.Create(CultureInfo.InvariantCulture, $"allocates {allocated} bytes, and {allowed} are allowed"));
            if (outcome.Value is not null)
            {
                Accepted++;
                _target.Check(outcome.Value);
            }

            if (_shapes.Add(outcome.Shape) && _pool.Count < PoolMax)
                _pool.Add(input);
        }
        catch (FuzzFinding finding)
        {
            Fail(input, finding.Message);
        }
        catch (Exception defect)
        {
            Fail(input, defect.ToString());
        }

        _watch.Stop();
        if (_watch.Elapsed > Patience)
            Fail(input, $"takes {_watch.Elapsed}");
        if (++_sinceSettled >= SettleEvery)
            Settle();
    }

    private (FuzzOutcome Outcome, long Allocated) Measure(byte[] input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var outcome = _target.Decode(input);
        return (outcome, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private void Settle()
    {
        _sinceSettled = 0;
        try
        {
            _target.Settle();
        }
        catch (Exception finding)
        {
            Fail(_current, $"{finding}\n  (one of the last {SettleEvery} inputs)");
        }
    }

    private void Fail(byte[] input, string problem) => Failures.Add(new FuzzFailure(_target.Name, input, problem));

    private void EndIfStuck()
    {
        if (_watch.IsRunning && _watch.Elapsed > Patience)
            Environment.FailFast(new FuzzFailure(_target.Name, _current, "does not end").ToString());
    }
}
