using Akka.Registry.Benchmarks;
using Akka.Registry.Benchmarks.Growth;
using Akka.Registry.Benchmarks.Micro;

const string Usage = """
    Answers questions of speed and size, each beside a peer or a physical limit, in one run on one machine.

      load <number|all> [--peers] [--published] [--scale 0.1] [--runs 3]
      growth [--scale 0.1] [--runs 1]
      micro [filter]

      --peers      beside Redis and etcd as well (Debian's redis-server and etcd-server; started on loopback and stopped again)
      --published  with nodes as deploy/publish.sh makes them, compiled ahead
      --scale      shrinks every count; 0.001 to 1
      --runs       each value is the median of so many; 1 to 20

    Each answer is a line "question value unit | peer value unit | ratio" after the conditions. 'growth' prints a table of how each
    cost grows with entries, watchers and nodes, and writes a plot of it: growth.svg beside the program's source, in the folder for temporary
    files when it is scaled. 'micro' measures single operations with
    BenchmarkDotNet, those whose name holds the filter.
    """;

if (args is ["micro", ..] and { Length: <= 2 })
    return MicroRun.Run(args.Length == 2 ? args[1] : "") > 0 ? 0 : 2;

if (!BenchRun.TryRead(args, out var run, out var error))
{
    await Console.Error.WriteLineAsync($"{error}\n\n{Usage}");
    return 2;
}

Conditions.Print(run);
if (args[0] == "growth")
    await GrowthRun.RunAsync(run);
foreach (var question in run.Questions)
{
    Console.WriteLine($"# {question.Number}. {question.Text} Goal: {question.Goal}.");
    await question.AnswerAsync(run);
}

return 0;
