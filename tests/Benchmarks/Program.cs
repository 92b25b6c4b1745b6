using Shop.Benchmarks;

// The floors run as processes of their own, as the services do.
if (args.Contains("--floor=echo")) return await Floors.Echo(args);
if (args.Contains("--floor=yarp")) return await Floors.Yarp(args);

var plan = new Plan(Quick: args.Contains("--quick"));
var only = args.FirstOrDefault(argument => argument.StartsWith("--only=", StringComparison.Ordinal))?["--only=".Length..].Split(',');
(string Name, Func<Plan, Table, Task> Measure)[] parts =
[
    ("http", HttpFigures.Measure),
    ("store", StoreFigures.Measure),
    ("growth", StoreFigures.MeasureGrowth),
    ("lifecycle", LifecycleFigures.Measure),
    ("local", LocalFigures.Measure),
];

var table = new Table();
foreach (var (name, measure) in parts)
{
    if (only is null || only.Contains(name)) await measure(plan, table);
}

table.Print(Console.Out);
return 0;
