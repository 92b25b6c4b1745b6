using Shop.Chaos;

if (ChaosOptions.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(ChaosOptions.Usage);
    return 64;
}

return options.IsSelfTest ? SelfTest.Run() : await ChaosRun.Run(options);
