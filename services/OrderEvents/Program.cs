using Shop.OrderEvents;
using Shop.ServiceDefaults;

return await ServiceHost.Run(() => OrderEventsService.Build(args));
