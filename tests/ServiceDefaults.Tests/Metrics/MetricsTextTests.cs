using System.Diagnostics.Metrics;
using Shop.ServiceDefaults.Metrics;
using Shop.Testing;

namespace Shop.ServiceDefaults.Tests.Metrics;

public sealed class MetricsTextTests
{
    private TestMeters meters = null!;
    private MetricsText text = null!;

    private Meter Meter => meters.ShopMeter();

    [SetUp]
    public void SetUp()
    {
        meters = new TestMeters();
        text = new MetricsText(meters, new ServiceName("payment"));
    }

    [TearDown]
    public void TearDown()
    {
        text.Dispose();
        meters.Dispose();
    }

    [Test]
    public void A_counter_adds_up_under_its_labels_and_ends_in_total()
    {
        var counter = Meter.CreateCounter<long>("shop.messages.processed", "{message}", "Messages done.");
        counter.Add(2, new KeyValuePair<string, object?>("queue", "payment"));
        counter.Add(3, new KeyValuePair<string, object?>("queue", "payment"));
        counter.Add(1, new KeyValuePair<string, object?>("queue", "shipping"));
        Assert.That(Own(), Is.EqualTo("""
            # HELP shop_messages_processed_total Messages done.
            # TYPE shop_messages_processed_total counter
            shop_messages_processed_total{service="payment",queue="payment"} 5
            shop_messages_processed_total{service="payment",queue="shipping"} 1

            """.ReplaceLineEndings("\n")));
    }

    [Test]
    public void A_counter_without_tags_has_the_service_alone()
    {
        Meter.CreateCounter<int>("done").Add(1);
        Assert.That(Own(), Does.Contain("\ndone_total{service=\"payment\"} 1\n"));
    }

    [Test]
    public void The_order_of_tags_makes_no_second_series()
    {
        var counter = Meter.CreateCounter<long>("done");
        counter.Add(1, new("a", 1), new("b", true));
        counter.Add(1, new("b", true), new("a", 1));
        Assert.That(Own(), Does.Contain("done_total{service=\"payment\",a=\"1\",b=\"true\"} 2\n"));
    }

    [Test]
    public void Labels_and_help_are_escaped_and_names_are_made_valid()
    {
        var counter = Meter.CreateCounter<long>("shop.odd-name", null, "One\\two\nthree \"four\"");
        counter.Add(1, new("http.route", "C:\\x \"quoted\"\nnext"), new("9lives", "ü"), new("empty", ""), new("none", null));
        Assert.That(Own(), Is.EqualTo(
            "# HELP shop_odd_name_total One\\\\two\\nthree \"four\"\n# TYPE shop_odd_name_total counter\n"
            + "shop_odd_name_total{service=\"payment\",http_route=\"C:\\\\x \\\"quoted\\\"\\nnext\",_9lives=\"ü\"} 1\n"));
    }

    [Test]
    public void A_tag_can_not_pass_for_the_format_s_own_labels()
    {
        Meter.CreateCounter<long>("done").Add(1, new("service", "other"), new("le", "1"));
        Assert.That(Own(), Does.Contain("{service=\"payment\",exported_service=\"other\",exported_le=\"1\"} 1\n"));
    }

    [Test]
    public void A_histogram_counts_into_cumulative_buckets_with_inclusive_bounds()
    {
        var histogram = Meter.CreateHistogram("took", "s", "How long.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1, 10] });
        foreach (var value in (double[])[0.05, 0.1, 0.5, 10, 11]) histogram.Record(value, new KeyValuePair<string, object?>("a", "b"));
        Assert.That(Own(), Is.EqualTo("""
            # HELP took_seconds How long.
            # TYPE took_seconds histogram
            took_seconds_bucket{service="payment",a="b",le="0.1"} 2
            took_seconds_bucket{service="payment",a="b",le="1"} 3
            took_seconds_bucket{service="payment",a="b",le="10"} 4
            took_seconds_bucket{service="payment",a="b",le="+Inf"} 5
            took_seconds_sum{service="payment",a="b"} 21.65
            took_seconds_count{service="payment",a="b"} 5

            """.ReplaceLineEndings("\n")));
    }

    [Test]
    public void A_gauge_shows_what_it_is_now_and_nothing_when_it_says_nothing()
    {
        List<Measurement<double>> now = [new(1.5, new KeyValuePair<string, object?>("a", 1)), new(double.PositiveInfinity, new KeyValuePair<string, object?>("a", 2))];
        Meter.CreateObservableGauge("lag", () => now, "s");
        Assert.That(Own(), Does.Contain("# TYPE lag_seconds gauge\nlag_seconds{service=\"payment\",a=\"1\"} 1.5\nlag_seconds{service=\"payment\",a=\"2\"} +Inf\n"));
        now = [new(3, new KeyValuePair<string, object?>("a", 1))];
        Assert.That(Own(), Is.EqualTo("# TYPE lag_seconds gauge\nlag_seconds{service=\"payment\",a=\"1\"} 3\n"));
        now = [];
        Assert.That(Own(), Is.Empty);
    }

    [Test]
    public void A_gauge_that_can_not_be_read_does_not_hide_the_others()
    {
        Meter.CreateObservableGauge<long>("broken", new Func<long>(() => throw new InvalidOperationException()));
        Meter.CreateObservableGauge("works", () => 1L);
        Assert.That(Own(), Is.EqualTo("# TYPE works gauge\nworks{service=\"payment\"} 1\n"));
    }

    [Test]
    public void What_goes_up_and_down_is_a_gauge()
    {
        var open = Meter.CreateUpDownCounter<long>("open");
        open.Add(3);
        open.Add(-1);
        Assert.That(Own(), Is.EqualTo("# TYPE open gauge\nopen{service=\"payment\"} 2\n"));
    }

    [Test]
    public void Each_host_of_a_process_shows_what_it_measured_itself()
    {
        using var others = new TestMeters();
        using var other = new MetricsText(others, new ServiceName("shipping"));
        Meter.CreateCounter<long>("done").Add(1);
        others.ShopMeter().CreateCounter<long>("done").Add(10);
        Assert.That(Own(), Does.Contain("done_total{service=\"payment\"} 1\n").And.Not.Contain("shipping"));
        Assert.That(other.Read(), Does.Contain("done_total{service=\"shipping\"} 10\n").And.Not.Contain("payment"));
    }

    [Test]
    public void The_runtime_is_in_it_and_foreign_meters_are_not()
    {
        using var foreign = new Meter("Foreign");
        foreign.CreateCounter<long>("foreign").Add(1);
        meters.Create("Foreign.Scoped").CreateCounter<long>("scoped").Add(1);
        GC.Collect(0);
        Assert.That(text.Read(), Does.Contain("# TYPE dotnet_gc_collections_total counter\ndotnet_gc_collections_total{service=\"payment\",gc_heap_generation=\"gen0\"}")
            .And.Not.Contain("foreign").And.Not.Contain("scoped"));
    }

    [Test]
    public void What_makes_ever_new_series_is_counted_together_from_a_thousand_on()
    {
        var counter = Meter.CreateCounter<long>("done");
        for (var i = 0; i < 1500; i++) counter.Add(1, new KeyValuePair<string, object?>("id", i));
        var lines = Own().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Length.EqualTo(1002));
        Assert.That(lines, Has.Some.EqualTo("done_total{service=\"payment\",overflow=\"true\"} 500"));
    }

    [Test]
    public async Task No_measurement_is_lost_when_many_threads_measure()
    {
        var counter = Meter.CreateCounter<long>("done");
        var histogram = Meter.CreateHistogram<double>("took", "s");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                counter.Add(1, new KeyValuePair<string, object?>("even", i % 2 == 0));
                histogram.Record(1);
            }
        })));
        Assert.That(Own(), Does.Contain("even=\"true\"} 40000\n").And.Contain("even=\"false\"} 40000\n")
            .And.Contain("took_seconds_sum{service=\"payment\"} 80000\n").And.Contain("took_seconds_count{service=\"payment\"} 80000\n"));
    }

    [Test]
    public void Measuring_a_known_series_allocates_nothing()
    {
        var counter = Meter.CreateCounter<long>("done");
        var histogram = Meter.CreateHistogram<double>("took", "s");
        KeyValuePair<string, object?> tag = new("queue", "payment");
        void Measure()
        {
            counter.Add(1, tag, new("reason", "none"));
            histogram.Record(0.5, tag);
        }

        for (var i = 0; i < 1000; i++) Measure();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) Measure();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1000));
    }

    /// <summary>The text without the runtime's families, which every process has.</summary>
    private string Own() => string.Concat(text.Read().Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Where(line => !line.StartsWith("dotnet_", StringComparison.Ordinal) && !line.Contains(" dotnet_", StringComparison.Ordinal)).Select(line => $"{line}\n"));
}
