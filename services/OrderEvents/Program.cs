using Shop.OrderEvents;
using Shop.ServiceDefaults;

return await ServiceHost.Run(args, OrderEventsService.Build);
