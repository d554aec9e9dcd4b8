namespace Akka.Registry.Cluster.Membership;

/// <summary>The formulas of SWIM and Lifeguard, by name. Tests take their bounds from here.</summary>
/// <remarks>
/// SWIM: Das, Gupta, Motivala, "SWIM: Scalable Weakly-consistent Infection-style Process Group Membership Protocol",
/// DSN 2002. Lifeguard: Dadgar, Phillips, Currey, "Lifeguard: SWIM-ing with Situational Awareness", 2017
/// (arXiv:1707.00788).
/// </remarks>
public static class ClusterMath
{
    /// <summary>Lifeguard's saturation limit S of the local health multiplier: 8.</summary>
    public const int LocalHealthMax = 8;

    /// <summary>The least time that a suspect has to refute, once enough others confirm the suspicion.</summary>
    /// <remarks>
    /// <c>multiplier * max(1, log10(members)) * probeInterval</c> (memberlist; Lifeguard calls it Min):
    /// a rumour needs O(log n) rounds to reach everyone, so the chance to refute has to grow with the cluster. Rounded
    /// up to a whole millisecond.
    /// </remarks>
    /// <param name="members">Members known, this node included; at least 1.</param>
    /// <param name="multiplier">Probe intervals granted per factor of ten in size; at least 1.</param>
    /// <param name="probeInterval">Time from one probe to the next; more than zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside the range given above.</exception>
    /// <seealso href="https://github.com/hashicorp/memberlist/blob/master/util.go">memberlist</seealso>
    public static TimeSpan SuspicionTimeoutMin(int members, int multiplier, TimeSpan probeInterval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(members, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(multiplier, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(probeInterval, TimeSpan.Zero);
        return WholeMilliseconds(multiplier * Math.Max(1, Math.Log10(members)) * probeInterval.TotalMilliseconds);
    }

    /// <summary>How long a suspicion lasts from its beginning, given how many others have confirmed it.</summary>
    /// <remarks>
    /// Lifeguard, LHA-Suspicion: <c>SuspicionTimeout = max(Min, Max - (Max - Min) * log(C + 1) / log(K + 1))</c>, where
    /// C counts the independent suspicions received since the local one was raised, and K is the number that it takes
    /// required to reach Min. Rounded up to a whole millisecond.
    /// </remarks>
    /// <param name="min">What it comes down to; more than zero.</param>
    /// <param name="max">What it begins at; at least <paramref name="min"/>.</param>
    /// <param name="confirmations">Distinct other accusers so far; 0 or more.</param>
    /// <param name="confirmationsExpected">
    /// Distinct other accusers that bring it down to <paramref name="min"/>; with 0 it begins there.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside the range given above.</exception>
    public static TimeSpan SuspicionTimeout(TimeSpan min, TimeSpan max, int confirmations, int confirmationsExpected)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(min, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, min);
        ArgumentOutOfRangeException.ThrowIfNegative(confirmations);
        ArgumentOutOfRangeException.ThrowIfNegative(confirmationsExpected);
        if (confirmationsExpected == 0)
            return min;
        var shrunk = max - ((max - min) * (Math.Log(confirmations + 1) / Math.Log(confirmationsExpected + 1)));
        return shrunk <= min ? min : WholeMilliseconds(shrunk.TotalMilliseconds);
    }

    /// <summary>Confirmations that bring a suspicion down to its minimum (Lifeguard's K).</summary>
    /// <remarks>
    /// <c>multiplier - 2</c>, or none in a cluster too small to provide as many: neither the first accuser nor the
    /// suspect counts (memberlist, <c>suspectNode</c>).
    /// </remarks>
    /// <param name="members">Members known, this node and the suspect included; at least 1.</param>
    /// <param name="multiplier">As for <see cref="SuspicionTimeoutMin"/>.</param>
    public static int ConfirmationsExpected(int members, int multiplier)
    {
        var expected = Math.Max(0, multiplier - 2);
        return members - 2 < expected ? 0 : expected;
    }

    /// <summary>Times that each node passes a rumour on.</summary>
    /// <remarks>
    /// <c>multiplier * ceil(log10(members + 1))</c>. SWIM, section 4.1: an update that each member piggybacks λ log n
    /// times reaches all of them with high probability.
    /// </remarks>
    /// <param name="members">Members known, this node included; at least 1.</param>
    /// <param name="multiplier">λ; at least 1.</param>
    public static int TransmitLimit(int members, int multiplier)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(members, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(multiplier, 1);
        return multiplier * (int)Math.Ceiling(Math.Log10(members + 1));
    }

    /// <summary>Time between two exchanges of the whole table.</summary>
    /// <remarks>
    /// <c>interval * (ceil(log2(members / 32)) + 1)</c> above 32 members (memberlist, <c>pushPullScale</c>): the table
    /// grows with the cluster, so what each node sends in a second should not.
    /// </remarks>
    /// <param name="members">Members known, this node included; at least 1.</param>
    /// <param name="interval">The interval of a cluster of up to 32 members.</param>
    public static TimeSpan SyncInterval(int members, TimeSpan interval) =>
        members <= 32 ? interval : interval * (Math.Ceiling(Math.Log2(members) - Math.Log2(32)) + 1);

    /// <summary>An interval or timeout as a node of that health uses it.</summary>
    /// <remarks>
    /// Lifeguard, LHA-Probe: <c>ProbeInterval = BaseProbeInterval * (LHM + 1)</c>, and so for the probe timeout.
    /// </remarks>
    /// <param name="span">What a healthy node uses.</param>
    /// <param name="localHealth">0 (healthy) to <see cref="LocalHealthMax"/>.</param>
    public static TimeSpan ScaleByHealth(TimeSpan span, int localHealth) => span * (localHealth + 1);

    /// <summary>When a member that probes for another says that it had no answer.</summary>
    /// <remarks>
    /// Lifeguard, LHA-Probe: the nack is sent at 80 % of the timeout, so that it arrives before the asker's own
    /// time is over.
    /// </remarks>
    /// <param name="ackTimeout">How long a direct probe may take.</param>
    public static TimeSpan NackDelay(TimeSpan ackTimeout) => ackTimeout * 0.8;

    /// <summary>How long a rumour takes to be everywhere, as good as certainly, when no message is lost.</summary>
    /// <remarks>
    /// <c>(ceil(log(members) / log(fanout + 1) + ln(members) / fanout) + 3) * gossipInterval</c>: the rounds of spreading
    /// by pushes (Pittel, "On Spreading a Rumor", SIAM J. Appl. Math. 47, 1987, for a fan-out of one: log2 n + ln n +
    /// O(1)), with three for the constant, for rounds that do not begin together and for the time on the way.
    /// </remarks>
    /// <param name="members">Members known, this node included; at least 1.</param>
    /// <param name="fanout">Members that each round of rumours goes to; at least 1.</param>
    /// <param name="gossipInterval">Time from one round to the next; more than zero.</param>
    public static TimeSpan SpreadTime(int members, int fanout, TimeSpan gossipInterval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(members, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(fanout, 1);
        var logarithm = Math.Log(members);
        return gossipInterval * (Math.Ceiling((logarithm / Math.Log(fanout + 1)) + (logarithm / fanout)) + 3);
    }

    /// <summary>How long it takes until so many members have each probed one and the same.</summary>
    /// <remarks>
    /// Each of the others probes one member an interval, so one member is probed by one of them an interval in the mean
    /// (SWIM, section 5: nearly Poisson). This is the number of whole intervals within which it happens but for one time in
    /// a million; and never more than <c>2 (members - 1) - 1</c>, for taking turns is certain by then (section 4.3).
    /// </remarks>
    /// <param name="members">Members known, this node and the probed one included; at least 2.</param>
    /// <param name="accusers">How many have to have probed it; at least 1.</param>
    /// <param name="probeInterval">Time from one probe to the next, as the least healthy of them has it.</param>
    public static TimeSpan ProbedByTime(int members, int accusers, TimeSpan probeInterval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(members, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(accusers, 1);
        var certain = Math.Max(1, (2 * (members - 1)) - 1);
        var intervals = 1;
        while (intervals < certain && ChanceOfFewer(accusers, intervals) > 1e-6)
            intervals++;
        return probeInterval * intervals;
    }

    /// <summary>Within what time everyone has declared a member dead that stopped and told nobody.</summary>
    /// <remarks>
    /// A round of probes by as many as shorten a suspicion to its least (<see cref="ProbedByTime"/>), the probe that fails,
    /// the suspicion with as many accusers as there are, and the spreading, twice: the suspicions have to be heard of, and
    /// the death. But for one time in a million, and while no message is lost.
    /// </remarks>
    /// <param name="members">Members known when it stopped, it included; at least 2.</param>
    /// <param name="survivors">Members that go on and reach each other; at least 1.</param>
    /// <param name="options">The settings of all of them.</param>
    /// <param name="localHealth">The worst local health among the survivors meanwhile; 0 while only others fail.</param>
    public static TimeSpan DetectionTime(
        int members, int survivors, FailureDetectorOptions options, int localHealth = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(survivors, 1);
        var settings = SwimSettings.Of(options);
        var interval = ScaleByHealth(settings.ProbeInterval, localHealth);
        var expected = ConfirmationsExpected(members, settings.SuspicionMultiplier);
        var accusers = Math.Min(expected + 1, survivors);
        var min = SuspicionTimeoutMin(members, settings.SuspicionMultiplier, settings.ProbeInterval);
        var suspicion = SuspicionTimeout(min, min * settings.SuspicionMaxMultiplier, accusers - 1, expected);
        var spreading = SpreadTime(members, settings.GossipFanout, settings.GossipInterval);
        return ProbedByTime(members, accusers, interval) + interval + suspicion + (2 * spreading);
    }

    /// <summary>
    /// Within what time everyone has declared a process dead whose host refuses connections, as that of a killed one does.
    /// </summary>
    /// <remarks>
    /// The probe out of turn, which lasts one and a half acknowledgement time-outs at most, the suspicion of a refused link,
    /// and the spreading. Only while somebody held a connection to it.
    /// </remarks>
    /// <param name="members">Members known when it was killed, it included; at least 1.</param>
    /// <param name="options">The settings of all.</param>
    public static TimeSpan KilledDetectionTime(int members, FailureDetectorOptions options)
    {
        var settings = SwimSettings.Of(options);
        return (settings.AckTimeout * 1.5)
            + SuspicionTimeoutMin(members, settings.BrokenLinkMultiplier, settings.ProbeInterval)
            + SpreadTime(members, settings.GossipFanout, settings.GossipInterval);
    }

    /// <summary>Within what time a member that was given up, and can be reached again, is back everywhere.</summary>
    /// <remarks>
    /// Each member contacts its down ones by turns, one every half to one and a half reconnect intervals; then the tables are
    /// exchanged, doubts are told, and refutations spread.
    /// </remarks>
    /// <param name="members">Members known, this node included; at least 1.</param>
    /// <param name="down">Members that are down at one node, the dead ones included; at least 1.</param>
    /// <param name="options">The settings of all.</param>
    public static TimeSpan ReturnTime(int members, int down, ClusterOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(down, 1);
        var settings = SwimSettings.Of(options.FailureDetector);
        return (options.ReconnectInterval * 1.5 * down)
            + (3 * SpreadTime(members, settings.GossipFanout, settings.GossipInterval));
    }

    /// <summary>Messages that a node sends a second while nothing happens.</summary>
    /// <remarks>
    /// A ping and the answer to one an interval (SWIM, abstract: the load "does not vary with group size"), a table and the
    /// answer to one a sync interval.
    /// </remarks>
    public static double QuietMessagesPerSecond(int members, TimeSpan probeInterval, TimeSpan syncInterval) =>
        (2 / probeInterval.TotalSeconds) + (2 / SyncInterval(members, syncInterval).TotalSeconds);

    /// <summary>Messages of rumours alone that a node sends a second at most, while there are any.</summary>
    public static double GossipMessagesPerSecondMax(int fanout, TimeSpan gossipInterval) =>
        fanout / gossipInterval.TotalSeconds;

    /// <summary>Bytes of rumours that a node sends a second.</summary>
    /// <remarks><c>rumours * transmit limit * bytes</c>: it grows with what happens, and with log n.</remarks>
    /// <param name="members">Members known, this node included; at least 1.</param>
    /// <param name="rumoursPerSecond">Of the whole cluster.</param>
    /// <param name="retransmitMultiplier">As for <see cref="TransmitLimit"/>.</param>
    /// <param name="rumourBytes">Of one rumour.</param>
    public static double RumourBytesPerSecond(
        int members, double rumoursPerSecond, int retransmitMultiplier, double rumourBytes) =>
        rumoursPerSecond * TransmitLimit(members, retransmitMultiplier) * rumourBytes;

    /// <summary>Bytes of tables that a node sends a second.</summary>
    /// <remarks>
    /// <c>2 * remembered * bytes / SyncInterval(members)</c>: its own table once an interval and once in answer. It grows as
    /// n / log n, and is the only cost that grows faster than a logarithm.
    /// </remarks>
    /// <param name="members">Members known, this node included; at least 1.</param>
    /// <param name="remembered">Those and the departed ones that are not forgotten yet.</param>
    /// <param name="syncInterval">As for <see cref="SyncInterval"/>.</param>
    /// <param name="rumourBytes">Of one member in the table.</param>
    public static double TableBytesPerSecond(int members, int remembered, TimeSpan syncInterval, double rumourBytes) =>
        2 * remembered * rumourBytes / SyncInterval(members, syncInterval).TotalSeconds;

    // That fewer than so many events happen where so many are expected (Poisson).
    private static double ChanceOfFewer(int events, double expected)
    {
        var (term, sum) = (Math.Exp(-expected), 0.0);
        for (var k = 0; k < events; k++)
        {
            sum += term;
            term *= expected / (k + 1);
        }

        return sum;
    }

    private static TimeSpan WholeMilliseconds(double milliseconds) =>
        TimeSpan.FromMilliseconds(Math.Ceiling(Math.Round(milliseconds, 6)));
}
