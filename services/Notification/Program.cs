using Shop.Notification;
using Shop.ServiceDefaults;

return await ServiceHost.Run(() => NotificationService.Build(args));
