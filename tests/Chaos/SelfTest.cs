namespace Shop.Chaos;

internal static class SelfTest
{
    public static int Run() => 0;
}
