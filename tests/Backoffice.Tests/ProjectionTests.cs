using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shop.Backoffice.Projections;
using Shop.ServiceDefaults.Messaging;
using Shop.Testing;

namespace Shop.Backoffice.Tests;

/// <summary>How projections follow the log, stop, and are built anew.</summary>
public sealed class ProjectionTests
{
    private static readonly string[] Names = ["approved_orders", "customer_orders", "journal", "order_list", "statistics"];

    private ReadingShop shop = null!;

    [SetUp]
    public async Task Start() => shop = await ReadingShop.Start();

    [TearDown]
    public async Task Stop() => await shop.DisposeAsync();

    [Test]
    public async Task An_empty_log_makes_empty_projections()
    {
        await shop.Knows(0);
        Assert.That((await shop.Get("orders")).Text, Is.EqualTo("""{"orders":[]}"""));
        Assert.That((await shop.Get("journal")).Text, Is.EqualTo("""{"entries":[],"next":0}"""));
        Assert.That((await shop.Get("journal/verify")).Body.GetProperty("isIntact").GetBoolean(), Is.True);
        Assert.That((await shop.Get("statistics")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task They_follow_what_happens_and_go_on_where_they_were()
    {
        var histories = new Histories(1);
        shop.Log.Add(histories.Grow(1500));
        await shop.Knows(1500);
        shop.Log.Add(histories.Grow(3));
        await shop.Knows(1503);
        await shop.Restart(meanwhile: () => shop.Log.LowestAsked = long.MaxValue);
        shop.Log.Add(histories.Grow(2));
        await shop.Knows(1505);
        Assert.That(shop.Log.LowestAsked, Is.GreaterThanOrEqualTo(1503), "nothing was read twice");
        Assert.That(JsonSerializer.Serialize(await shop.Projection("journal")), Does.Contain("\"lagEvents\":0,\"lagSeconds\":0").And.Contain("\"build\":1"));
    }

    [TestCase(11)]
    [TestCase(12)]
    [TestCase(13)]
    public async Task A_rebuild_equals_what_is_live(int seed)
    {
        var histories = new Histories(seed);
        var pieces = new Random(seed);
        // In pieces of any size, as things happen; the rebuild reads whole pages.
        for (var known = 0; known < 2500;)
        {
            var piece = histories.Grow(1 + pieces.Next(400));
            shop.Log.Add(piece);
            known += piece.Count;
            await shop.Knows(known);
        }

        foreach (var name in Names)
        {
            var live = shop.Dump(name);
            Assert.That((await shop.Rebuild(name)).Status, Is.EqualTo(202));
            await shop.IsBuilt(name, 2);
            Assert.That(shop.Dump(name), Is.EqualTo(live), name);
            Assert.That(live, Has.Length.GreaterThan(1000), name);
        }
    }

    [Test]
    public async Task A_rebuild_during_a_rebuild_is_refused_and_readers_see_the_old_one_until_the_new_one_is_whole()
    {
        var histories = new Histories(2);
        shop.Log.Add(histories.Grow(3000));
        await shop.Knows(3000);
        await shop.Restart(); // so that nothing of it is at hand, and a rebuild has to ask for pages
        await shop.Knows(3000);
        var before = (await shop.Get("orders?limit=1000&sort=created")).Text;
        shop.Log.ServesUpTo = 2000;
        Assert.That((await shop.Rebuild("order_list")).Status, Is.EqualTo(202));
        var again = await shop.Rebuild("order_list");
        Assert.That((again.Status, again.Code), Is.EqualTo((409, "rebuild-in-progress")));

        var half = await shop.Projection("order_list", Reached(2000), "is at 2000");
        var rebuild = half.GetProperty("rebuild");
        Assert.That((rebuild.GetProperty("target").GetInt64(), rebuild.GetProperty("percent").GetDouble()), Is.EqualTo((3000, 66.7)));
        Assert.That(half.GetProperty("position").GetInt64(), Is.EqualTo(3000), "what is read is whole");
        Assert.That((await shop.Get("orders?limit=1000&sort=created")).Text, Is.EqualTo(before));
        Assert.That((await shop.Rebuild("order_list")).Code, Is.EqualTo("rebuild-in-progress"));
        Assert.That((await shop.Rebuild("journal")).Status, Is.EqualTo(202), "another one may be built beside it");

        shop.Log.ServesUpTo = long.MaxValue;
        await shop.IsBuilt("order_list", 2);
        Assert.That((await shop.Get("orders?limit=1000&sort=created")).Text, Is.EqualTo(before));
        await Eventually.True(() => shop.Files("order_list").Select(Path.GetFileName).SequenceEqual(["order_list.2.db"]), "the old one is gone");
        Assert.That((await shop.Rebuild("order_list")).Status, Is.EqualTo(202), "and then again");
    }

    [Test]
    public async Task A_rebuild_that_is_cut_off_goes_on_where_it_was()
    {
        shop.Log.Add(new Histories(3).Grow(3000));
        await shop.Knows(3000);
        await shop.Restart();
        await shop.Knows(3000);
        shop.Log.ServesUpTo = 2000;
        await shop.Rebuild("statistics");
        await shop.Projection("statistics", Reached(2000), "is at 2000");
        await shop.Restart(meanwhile: () => shop.Log.LowestAsked = long.MaxValue);
        await shop.Projection("statistics", Reached(2000), "is at 2000 again");
        shop.Log.ServesUpTo = long.MaxValue;
        await shop.IsBuilt("statistics", 2);
        Assert.That(shop.Log.LowestAsked, Is.EqualTo(2000), "what was built was not built again");
    }

    [Test]
    public async Task A_file_that_was_deleted_is_built_anew()
    {
        shop.Log.Add(new Histories(4).Grow(200));
        await shop.Knows(200);
        var before = (await shop.Get("orders?limit=1000")).Text;
        await shop.Restart(meanwhile: () => Array.ForEach(shop.Files("order_list"), File.Delete));
        await shop.Knows(200);
        Assert.That((await shop.Get("orders?limit=1000")).Text, Is.EqualTo(before));
    }

    [Test]
    public async Task A_file_that_is_deleted_while_it_is_used_is_built_anew_and_readers_do_not_notice()
    {
        shop.Log.Add(new Histories(5).Grow(200));
        await shop.Knows(200);
        var before = (await shop.Get("orders?limit=1000")).Text;
        Array.ForEach(shop.Files("order_list"), File.Delete);
        Assert.That((await shop.Get("orders?limit=1000")).Text, Is.EqualTo(before));
        await shop.IsBuilt("order_list", 2);
        Assert.That((await shop.Get("orders?limit=1000")).Text, Is.EqualTo(before));
    }

    [Test]
    public async Task A_damaged_file_stops_its_projection_alone_until_somebody_has_it_rebuilt()
    {
        shop.Log.Add(new Histories(6).Grow(50));
        await shop.Knows(50);
        await shop.Restart(meanwhile: () => File.WriteAllText(shop.Files("order_list").Single(), string.Concat(Enumerable.Repeat("not a database ", 1000))));
        var stopped = await shop.Projection("order_list", one => one.GetProperty("state").GetString() == "stopped", "is stopped");
        Assert.That(stopped.GetProperty("lastError").GetString(), Does.Contain("order_list.1.db"));
        Assert.That((await shop.Get("orders")).Code, Is.EqualTo("projection-building"));
        await shop.Projection("journal", one => one.GetProperty("position").GetInt64() == 50, "is not touched");
        Assert.That((await shop.Rebuild("order_list")).Status, Is.EqualTo(202));
        await shop.Knows(50);
        Assert.That((await shop.Get("orders")).Status, Is.EqualTo(200));
        await Eventually.True(() => shop.Files("order_list").Length == 1, "the damaged one is gone");
    }

    [Test]
    public async Task An_event_version_that_it_does_not_know_stops_a_projection_and_not_the_others()
    {
        var histories = new Histories(7);
        shop.Log.Add(histories.Grow(100));
        await shop.Knows(100);
        var orders = (await shop.Get("orders?limit=1000")).Text;

        // Nobody but the order lists and the statistics asks when a parcel is prepared; the journal keeps everything.
        var unknown = shop.Log.AddUnknown("shipping-prepared", 2);
        foreach (var name in new[] { "order_list", "customer_orders", "statistics" })
        {
            var stopped = await shop.Projection(name, one => one.GetProperty("state").GetString() == "stopped", "is stopped");
            Assert.That(stopped.GetProperty("position").GetInt64(), Is.EqualTo(100));
            Assert.That(stopped.GetProperty("lastError").GetString(), Is.EqualTo(
                $"stopped before position 101, revision {unknown.Revision} of order {unknown.OrderId}: Unknown event type 'shipping-prepared/v2'."));
        }

        foreach (var name in new[] { "approved_orders", "journal" }) await shop.Projection(name, one => one.GetProperty("position").GetInt64() == 101, "goes on");
        Assert.That((await shop.Get("orders?limit=1000")).Text, Is.EqualTo(orders), "what was known until then can be read");
        Assert.That((await shop.Get("journal?after=100")).Body.GetProperty("entries")[0].GetProperty("eventType").GetString(), Is.EqualTo("shipping-prepared/v2"));
        var health = await shop.Backoffice.Send(HttpMethod.Get, "/health/ready");
        Assert.That((health.Status, health.Body.GetProperty("checks").GetProperty("projections").GetProperty("status").GetString()), Is.EqualTo((200, "Degraded")));

        await shop.Rebuild("order_list");
        var failed = await shop.Projection("order_list", one => !one.TryGetProperty("rebuild", out _), "could not be rebuilt");
        Assert.That(failed.GetProperty("build").GetInt32(), Is.EqualTo(1));
        Assert.That((await shop.Get("orders?limit=1000")).Text, Is.EqualTo(orders));

        shop.Log.AddUnknown("gift-wrapped", 1);
        await shop.Projection("approved_orders", one => one.GetProperty("state").GetString() == "stopped", "stops at what nobody knows");
        await shop.Projection("journal", one => one.GetProperty("position").GetInt64() == 102, "goes on");
        var lag = await shop.Projection("approved_orders", one => one.GetProperty("lagEvents").GetInt64() == 1, "is behind");
        Assert.That(lag.GetProperty("lagSeconds").GetDouble(), Is.Positive);
        var metrics = (await shop.Backoffice.Send(HttpMethod.Get, "/metrics")).Text;
        Assert.That(metrics, Does.Contain("shop_projection_stopped{service=\"backoffice\",projection=\"order_list\"} 1").And.Contain("projection=\"journal\"} 102"));
    }

    [Test]
    public async Task A_log_that_ends_earlier_than_what_was_read_of_it_stops_them()
    {
        shop.Log.Add(new Histories(8).Grow(20));
        await shop.Knows(20);
        await using var older = await StubLog.Start();
        older.Add(new Histories(8).Grow(10));
        await shop.Restart([$"Orders:Url={older.Url}"]);
        var confused = await shop.Projection("journal", one => one.TryGetProperty("lastError", out var error) && error.GetString()!.Contains("Rebuild it"), "says so");
        Assert.That(confused.GetProperty("position").GetInt64(), Is.EqualTo(20));
        await shop.Rebuild("journal");
        await shop.Projection("journal", one => one.GetProperty("position").GetInt64() == 10, "is that of the log");
    }

    [Test]
    public async Task One_that_there_is_not_is_a_404_that_names_those_that_there_are()
    {
        foreach (var answer in new[] { await shop.Get("projections/nothing"), await shop.Rebuild("nothing") })
        {
            Assert.That((answer.Status, answer.Code), Is.EqualTo((404, "projection-not-found")));
            Assert.That(answer.Text, Does.Contain("approved_orders, customer_orders, journal, order_list, statistics"));
        }
    }

    [Test]
    public void A_projection_is_given_nothing_by_which_it_could_publish_charge_or_mail()
    {
        var services = shop.Backoffice.Services;
        Assert.That(services.GetServices<Projection>().Select(one => one.Name), Is.EquivalentTo(Names));
        foreach (var type in services.GetServices<Projection>().Select(one => one.GetType()))
        {
            Assert.That(type.GetConstructors().Single().GetParameters().Select(parameter => parameter.ParameterType), Is.SubsetOf(new[] { typeof(IConfiguration) }), type.Name);
            var fields = type.GetFields(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Public);
            Assert.That(fields.Where(field => field.DeclaringType == type).Select(field => field.FieldType), Is.All.EqualTo(typeof(bool)), type.Name);
        }

        // Nor is there anything of that kind in the process.
        var known = services.GetRequiredService<IServiceProviderIsService>();
        Type[] none = [typeof(EventBus), typeof(MassTransit.IPublishEndpoint), typeof(MassTransit.IBus), typeof(MassTransit.Mediator.IMediator), typeof(Inbox)];
        Assert.That(none.Where(known.IsService), Is.Empty);
        var references = typeof(BackofficeService).Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name).Where(name => !name!.StartsWith("System", StringComparison.Ordinal) && !name.StartsWith("Microsoft", StringComparison.Ordinal));
        Assert.That(references, Is.EquivalentTo(new[] { "Contracts", "ServiceDefaults" }));
    }

    private static Func<JsonElement, bool> Reached(long position) => one =>
        one.TryGetProperty("rebuild", out var rebuild) && rebuild.GetProperty("position").GetInt64() == position;
}
